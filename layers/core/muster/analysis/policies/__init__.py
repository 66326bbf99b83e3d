"""Policies as IAM evaluates them: who is admitted, what is granted, under which conditions."""
