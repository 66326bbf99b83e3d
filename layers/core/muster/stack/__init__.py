"""The work of the stack's functions: plan, scan a batch, summarize, alert."""
