"""A keyword as an expression: parsed from a query, written for arXiv, matched here."""
