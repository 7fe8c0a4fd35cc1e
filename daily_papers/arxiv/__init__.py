"""The network edge towards arXiv: one polite session, and one module for each service it offers."""
