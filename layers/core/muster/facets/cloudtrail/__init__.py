"""What CloudTrail answers about its trails."""
