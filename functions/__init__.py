"""The Lambda functions: shells around muster.stack."""
