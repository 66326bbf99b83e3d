"""Systems Manager, Secrets Manager, EFS and EC2 Auto Scaling."""
