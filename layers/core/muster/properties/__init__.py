"""Snapshots in CloudFormation's spelling."""
