"""Migration files: their schema, their mistakes, the names of targets, and a first one to begin with."""
