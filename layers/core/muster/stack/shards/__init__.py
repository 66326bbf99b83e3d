"""A shard in the stack: its parts, its progress, its commit."""
