"""What the store holds, written for each place where people read it."""
