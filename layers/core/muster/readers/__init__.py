"""Listers and describers: all of Muster's reading of AWS, one module a service, one call a function."""

GLOBAL_SERVICES = frozenset({"s3", "iam"})
"""Services whose resources are listed once for the account: they live in regions of their own, or in none."""
