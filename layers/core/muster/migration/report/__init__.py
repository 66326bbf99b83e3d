"""The report of a migration: one frozen value, and its JSON, table, Markdown and HTML."""
