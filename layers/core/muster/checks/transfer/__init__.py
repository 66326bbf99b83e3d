"""Checks of services that move data: DMS, Transfer Family and DataSync."""
