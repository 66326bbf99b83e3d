"""AWS's answers as frozen values: pure parsing, one folder a service."""
