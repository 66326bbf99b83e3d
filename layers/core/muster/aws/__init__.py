"""Listers and describers: all of Muster's reading of AWS, one module a service, one call a function."""

BUCKET_LIKE = frozenset({"s3"})
"""Services whose resources are listed once for the account and live in regions of their own."""
