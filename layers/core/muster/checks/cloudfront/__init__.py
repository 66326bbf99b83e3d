"""CloudFront."""
