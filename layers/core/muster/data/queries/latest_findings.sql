-- The findings of the last complete scan of every account, region, service and check; 30 days old at most.
SELECT *, date_format(observed_at, '%Y-%m-%d') AS scan_date
FROM latest
WHERE observed_at >= CAST(current_date - INTERVAL '30' DAY AS timestamp)
