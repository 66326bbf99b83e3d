"""The replication of a bucket: the rules that copy to its target, the role that S3 assumes, and the keys."""
