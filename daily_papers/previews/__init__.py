"""What a keyword would bring, before it is merged."""
