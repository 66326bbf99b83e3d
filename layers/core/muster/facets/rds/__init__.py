"""Answers of RDS as frozen values: Amazon RDS and Aurora, and the clusters of DocumentDB and Neptune."""
