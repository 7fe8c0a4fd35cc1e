"""The daily job: what it asks arXiv, which answers it trusts, and what they mean."""
