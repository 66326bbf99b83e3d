-- The findings of the last complete scan of every account, region, service and check.
WITH latest AS (
  SELECT account_id, region, service, check_id, max_by(scan_id, started_at) AS scan_id
  FROM tallies
  WHERE complete AND scan_date >= date_format(current_date - INTERVAL '30' DAY, '%Y-%m-%d')
  GROUP BY account_id, region, service, check_id
)
SELECT f.*
FROM findings f
JOIN latest l
  ON f.scan_id = l.scan_id AND f.account_id = l.account_id AND f.region = l.region
  AND f.service = l.service AND f.check_id = l.check_id
WHERE f.scan_date >= date_format(current_date - INTERVAL '30' DAY, '%Y-%m-%d')
