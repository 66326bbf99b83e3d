-- Which accounts have most failures now, by severity.
SELECT
  account_id,
  max(account_name) AS account_name,
  count_if(severity = 'CRITICAL') AS critical,
  count_if(severity = 'HIGH') AS high,
  count_if(severity = 'MEDIUM') AS medium,
  count_if(severity = 'LOW') AS low,
  count(*) AS failures,
  count(DISTINCT resource_arn) AS resources
FROM latest_findings
WHERE status = 'NON_COMPLIANT' AND suppression IS NULL
GROUP BY account_id
ORDER BY critical DESC, high DESC, failures DESC, account_id
