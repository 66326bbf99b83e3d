"""A try of a deployed stack: a few cheap calls of every part, and for each part a line that says if it works."""
