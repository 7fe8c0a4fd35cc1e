"""The demo, and the answers of arXiv that it is shown."""
