"""A bundle for Terraform: resource blocks from CloudFormation properties, by one table a type."""
