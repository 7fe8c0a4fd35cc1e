"""A sentence for each paper by a model of the user's choice, which nothing ever waits for."""
