"""Reading services that move data: DMS, Transfer Family and DataSync."""
