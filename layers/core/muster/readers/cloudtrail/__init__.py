"""Reading CloudTrail."""
