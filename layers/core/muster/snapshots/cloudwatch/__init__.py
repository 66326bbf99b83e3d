"""The forms of what CloudWatch watches: alarms, dashboards, log groups."""
