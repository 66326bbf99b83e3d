-- What fails now, the worst first, with its reason and since when.
SELECT severity, check_id, resource_type, resource_arn, account_id, region, reason, first_seen, remediation
FROM latest_findings
WHERE status = 'NON_COMPLIANT' AND suppression IS NULL
ORDER BY
  CASE severity WHEN 'CRITICAL' THEN 0 WHEN 'HIGH' THEN 1 WHEN 'MEDIUM' THEN 2 WHEN 'LOW' THEN 3 ELSE 4 END,
  check_id, resource_arn
