"""The daily job: what is asked of arXiv, what is believed, what it comes to."""
