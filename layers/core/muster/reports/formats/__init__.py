"""How findings are said: one module a format."""
