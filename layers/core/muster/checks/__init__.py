"""The checks: pure judgements, one function each, one module a subject."""
