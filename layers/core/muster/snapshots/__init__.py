"""Whole configurations of resources, read section by section."""
