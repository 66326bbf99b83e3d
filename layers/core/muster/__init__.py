"""Muster gathers the resources of AWS accounts and says, with reasons, which of them comply."""

__version__ = "0.1.0"
