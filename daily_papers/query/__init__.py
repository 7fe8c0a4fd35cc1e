"""A keyword as an expression: read from a query, written for arXiv, matched here."""
