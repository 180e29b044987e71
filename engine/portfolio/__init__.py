"""Many projects under one methodology, evaluated as batches."""
