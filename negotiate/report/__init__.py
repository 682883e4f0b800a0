"""The report: one section a file, assembled into HTML, Markdown and PDF."""
