"""Scanning: one shard becomes findings."""
