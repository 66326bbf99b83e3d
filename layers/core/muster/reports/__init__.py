"""The report of a scan: its rows, its records, its counts."""
