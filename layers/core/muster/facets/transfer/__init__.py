"""What services that move data answer: DMS."""
