"""Reading services that move data: DMS."""
