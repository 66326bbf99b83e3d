"""What a scan looks at: accounts, their regions, and the shards that they are cut into."""
