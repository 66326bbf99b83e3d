"""Migrations on the stack: files in the bucket are validated, and only changes are sent."""
