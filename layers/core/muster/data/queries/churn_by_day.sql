-- How many findings opened, failed again, were resolved and otherwise changed on each of the last 90 days, first looks left out.
WITH events AS (
  SELECT DISTINCT event_date, finding_id, "timestamp", event
  FROM audit
  WHERE NOT baseline AND event_date >= date_format(current_date - INTERVAL '90' DAY, '%Y-%m-%d')
)
SELECT
  event_date,
  count_if(event = 'opened') AS opened,
  count_if(event = 'reopened') AS reopened,
  count_if(event = 'expired') AS expired,
  count_if(event = 'resolved') AS resolved,
  count_if(event = 'suppressed') AS suppressed,
  count_if(event = 'unreadable') AS unreadable,
  count_if(event IN ('opened', 'reopened', 'expired')) - count_if(event IN ('resolved', 'suppressed')) AS more_open
FROM events
GROUP BY event_date
ORDER BY event_date
