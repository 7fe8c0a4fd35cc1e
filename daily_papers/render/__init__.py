"""The tables as Markdown: README.md, a page for each keyword, and escaping for each place."""
