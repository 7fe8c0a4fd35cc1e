"""The news of a run as a digest, and digests as GitHub issues, each exactly once."""
