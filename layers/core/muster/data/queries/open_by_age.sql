-- Open failures that are not suppressed, the oldest first; a failure that cannot be read any more is still open.
WITH last AS (
  SELECT finding_id, max("timestamp") AS "timestamp"
  FROM audit
  WHERE status <> 'UNREADABLE'
  GROUP BY finding_id
)
SELECT DISTINCT
  round((to_unixtime(now()) - a.first_seen / 1E3) / 86400, 1) AS days_open,
  a.severity,
  a.check_id,
  a.title,
  a.resource_type,
  a.resource_arn,
  a.account_id,
  a.account_name,
  a.region,
  a.owner,
  a.reason,
  CAST(from_unixtime(a.first_seen / 1E3) AS timestamp) AS first_seen,
  a.finding_id
FROM audit a
JOIN last l ON a.finding_id = l.finding_id AND a."timestamp" = l."timestamp"
WHERE a.status IN ('FAILED', 'EXPIRED')
ORDER BY days_open DESC, severity, check_id, resource_arn
