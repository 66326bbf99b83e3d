"""Messages, streams of events and workflows: Step Functions and EventBridge, and the brokers beside SNS and SQS."""
