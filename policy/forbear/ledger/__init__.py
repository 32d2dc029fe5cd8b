"""What was decided and what followed: entries, amendments, folds over them, obligations, and the SQLite store."""
