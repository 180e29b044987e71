"""Tables that registries take: a finished run in their columns, from mappings that are data."""
