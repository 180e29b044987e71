"""Which way each input moves the result, and the verification plan that follows from it."""
