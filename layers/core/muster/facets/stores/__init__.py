"""Stores beside the databases of RDS: ElastiCache, OpenSearch and Redshift."""
