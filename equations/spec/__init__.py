"""Between the text of a spec file and the model: fields, blocks, reader, writer."""
