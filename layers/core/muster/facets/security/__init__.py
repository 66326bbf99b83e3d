"""AWS Config, GuardDuty, Inspector and Macie: what watches a region."""
