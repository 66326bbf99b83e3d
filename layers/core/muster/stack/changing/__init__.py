"""Checking resources again that events say were changed."""
