"""Analytics: Athena, EMR and Glue."""
