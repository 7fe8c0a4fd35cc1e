"""Moving over from another tool: its published README becomes records of the store."""
