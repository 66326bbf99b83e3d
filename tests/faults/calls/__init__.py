"""How often a scan of the estate calls each operation: a module a service, with a function `calls`."""
