"""The nouns: a paper, its names and texts, and what two records of it come to; all pure."""
