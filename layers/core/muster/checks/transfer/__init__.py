"""Checks of services that move data: DMS."""
