"""What the reader likes: a library of papers, and how close new papers are to it."""
