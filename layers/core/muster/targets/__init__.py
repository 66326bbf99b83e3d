"""The targets of a scan: accounts, their regions, their shards, and their clients."""
