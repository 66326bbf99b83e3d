"""What tests and benchmarks need and no user does."""
