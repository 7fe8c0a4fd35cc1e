"""The demo, and a stand-in for arXiv that has only the endpoints the pipeline uses."""
