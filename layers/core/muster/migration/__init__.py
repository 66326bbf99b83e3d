"""The migration of S3, DynamoDB and Lambda to another region: files, comparisons, reports, the target's template."""
