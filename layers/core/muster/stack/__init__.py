"""What the functions of the stack do: plan, scan a batch, summarize, alert."""
