"""What a digest repository knows: in memory, and as text files in git."""
