"""AWS's own languages, read without any call: policies, patterns, secrets. Pure."""
