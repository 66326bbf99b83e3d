"""Whether a name and its value look like a secret."""
