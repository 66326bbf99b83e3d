"""What becomes of a shard in the stack: its parts, its progress, its commit."""
