"""The CloudFormation template that makes the targets of a migration from their live sources. Pure."""
