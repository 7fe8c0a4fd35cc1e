"""GitHub's REST API, as far as issues need it: the network edge of `notify`."""
