-- Failing, passing and unread findings by day: the last scheduled scan of each day counts.
WITH last_of_day AS (
  SELECT scan_date, max_by(scan_id, started_at) AS scan_id
  FROM tallies
  WHERE scan_kind = 'scheduled'
  GROUP BY scan_date
)
SELECT
  t.scan_date,
  sum(t.compliant) AS pass,
  sum(t.non_compliant) AS fail,
  sum(t.suppressed) AS suppressed,
  sum(t.insufficient_data) AS unread,
  round(100.0 * sum(t.compliant) / nullif(sum(t.compliant) + sum(t.non_compliant), 0), 1) AS pass_percent
FROM tallies t
JOIN last_of_day d ON t.scan_id = d.scan_id AND t.scan_date = d.scan_date
GROUP BY t.scan_date
ORDER BY t.scan_date
