"""The comparison of two specs, two readings or two project files as a document."""
