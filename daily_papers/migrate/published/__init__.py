"""A published README read: its lines, headings, folds and tables, and what each row says."""
