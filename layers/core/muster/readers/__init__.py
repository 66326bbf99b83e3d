"""Listers and describers: all that Muster reads of AWS, one module a service, one call a function."""
