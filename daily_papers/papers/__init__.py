"""A paper, its names, texts and links, and what two records of it amount to; all pure."""
