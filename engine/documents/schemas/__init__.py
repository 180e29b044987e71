"""JSON Schemas of the files that people write: spec, revision, project and document, made from the tables that read them."""
