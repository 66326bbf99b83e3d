"""Target tables, with their autoscaling."""
