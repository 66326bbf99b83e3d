-- What changed since a date, the newest first: the last seven days, or put another day such as '2026-11-01' in.
SELECT DISTINCT
  CAST(from_unixtime("timestamp" / 1E3) AS timestamp) AS changed_at,
  event,
  status,
  outcome,
  severity,
  check_id,
  resource_type,
  resource_arn,
  account_id,
  account_name,
  region,
  owner,
  reason,
  until,
  scan_id,
  cause,
  finding_id
FROM audit
WHERE NOT baseline AND event_date >= date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d')
ORDER BY changed_at DESC, severity, check_id, resource_arn
