"""Target buckets, with their lifecycle and replication."""
