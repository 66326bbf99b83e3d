"""What a scan costs, measured side by side: a fake AWS of our own, plain clients, and Muster."""
