"""The daily job: what it asks arXiv for, which answers it trusts, and what they mean."""
