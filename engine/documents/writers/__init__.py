"""A document as HTML, Markdown, Typst and PDF."""
