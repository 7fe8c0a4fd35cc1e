"""Digests, and sending them: each becomes one GitHub issue, exactly once."""
