-- How many days failures lasted that were resolved, on average and at most, by check and owner.
WITH resolved AS (
  SELECT DISTINCT
    finding_id,
    "timestamp",
    check_id,
    owner,
    outcome,
    ("timestamp" - first_seen) / 8.64E7 AS days
  FROM audit
  WHERE status = 'RESOLVED'
)
SELECT
  check_id,
  CASE WHEN owner = '' THEN '(no owner known)' ELSE owner END AS owner,
  count(*) AS resolved,
  count_if(outcome = 'fixed') AS fixed,
  count_if(outcome = 'deleted') AS deleted,
  round(avg(days), 2) AS mean_days,
  round(max(days), 2) AS longest_days
FROM resolved
GROUP BY check_id, owner
ORDER BY mean_days DESC, check_id, owner
