"""A finding's life between scans."""
