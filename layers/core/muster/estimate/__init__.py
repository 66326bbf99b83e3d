"""The estimate: calls, findings and duration of a scan, computed before anything is asked of AWS."""
