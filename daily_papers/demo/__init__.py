"""The demo, and an arXiv with just the endpoints that the pipeline asks."""
