"""What services that move data answer: DMS, Transfer Family and DataSync."""
