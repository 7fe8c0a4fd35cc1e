"""A paper, its names, texts and links, and how two records of it are merged; all pure."""
