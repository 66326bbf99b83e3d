"""DynamoDB tables and their autoscaling as properties."""
