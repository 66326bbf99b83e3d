"""Tags and tag policies."""
