"""Regular expressions and globs, matched in time that text from outside cannot make long."""
