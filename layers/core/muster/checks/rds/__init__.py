"""Checks of Amazon RDS and Aurora, and of the clusters of DocumentDB and Neptune, which RDS's API answers for."""
