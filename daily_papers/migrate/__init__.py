"""From the published README of another tool to the records of the store."""
