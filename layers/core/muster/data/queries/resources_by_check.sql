-- How many resources each check passes, fails and could not read now.
SELECT
  check_id,
  severity,
  count_if(status = 'COMPLIANT') AS pass,
  count_if(status = 'NON_COMPLIANT' AND suppression IS NULL) AS fail,
  count_if(suppression IS NOT NULL) AS suppressed,
  count_if(status = 'INSUFFICIENT_DATA') AS unread
FROM latest_findings
GROUP BY check_id, severity
ORDER BY fail DESC, check_id
