"""DynamoDB and DAX."""
