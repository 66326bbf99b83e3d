"""Parts of the plan of a scan."""
