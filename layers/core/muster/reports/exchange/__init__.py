"""A finding in the schemas of other tools. Pure."""
