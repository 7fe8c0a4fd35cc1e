"""A sentence about each paper from a model of the user's choice; nothing depends on it."""
