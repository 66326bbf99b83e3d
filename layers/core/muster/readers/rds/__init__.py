"""Reading RDS, whose API answers for Aurora, DocumentDB and Neptune too."""
