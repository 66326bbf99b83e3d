"""What AWS answered, as frozen values: pure parsing, one module a service."""
