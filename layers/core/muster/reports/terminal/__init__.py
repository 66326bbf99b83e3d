"""A scan as lines of text: for a terminal of some width, or for a pipe, which gets every word on a line of its own."""
