"""Documents of a methodology and of a project's run: site, Markdown, report, PDF. The spec is their only source."""
