"""Comparisons of a source and its target, found like checks."""
