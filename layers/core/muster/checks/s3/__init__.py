"""S3: buckets and access points."""
