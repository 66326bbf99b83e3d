"""Alerts of the stack: audiences of a scan, alerts between scans, alerts that waited."""
