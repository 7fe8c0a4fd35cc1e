"""From the files of another tool to the records of the store."""
