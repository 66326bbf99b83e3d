-- Who owns most of what fails now, by the tag Owner.
SELECT
  coalesce(json_extract_scalar(tags, '$.Owner'), '(no owner known)') AS owner,
  count(DISTINCT resource_arn) AS resources,
  count(*) AS failures,
  count_if(severity IN ('CRITICAL', 'HIGH')) AS serious
FROM latest_findings
WHERE status = 'NON_COMPLIANT' AND suppression IS NULL
GROUP BY 1
ORDER BY serious DESC, failures DESC, owner
