"""Checks of services that train models, serve them and run agents."""
