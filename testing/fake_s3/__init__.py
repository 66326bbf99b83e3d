"""An S3 in memory, and the little of Organizations, STS, EC2, Lambda, SNS and SQS that the stack's functions call."""
