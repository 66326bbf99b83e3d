"""Buckets as properties, a module for each group of settings."""
