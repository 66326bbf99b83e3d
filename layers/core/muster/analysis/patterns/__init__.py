"""Regular expressions and globs, matched in linear time."""
