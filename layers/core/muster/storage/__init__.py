"""The report bucket: its keys, its objects, its Parquet files."""
