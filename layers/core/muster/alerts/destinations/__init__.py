"""Destinations of alerts: a module for each kind, with its limits, its format and its errors."""
