"""Delivers events as AWS does: streams and queues to functions, rules to queues, API calls to rules."""
