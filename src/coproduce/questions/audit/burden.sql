-- By the value that a case has in one group column (that of its first event): sums over cases.
-- There already: `case_values`. Waiting is in milliseconds, working time in thousandths of a minute.
SELECT
    value,
    count(*) AS cases,
    count(milliminutes) AS timed_cases,
    sum(citizen_events) AS citizen_events,
    sum(citizen_events * citizen_events) AS citizen_events_squares,
    coalesce(sum(milliminutes), 0) AS citizen_minutes,
    coalesce(sum(CAST(milliminutes AS HUGEINT) * milliminutes), 0) AS citizen_minutes_squares,
    sum(to_citizen) AS handoffs_to_citizen,
    sum(to_citizen * to_citizen) AS handoffs_to_citizen_squares,
    sum(for_organisation_us // 1000) AS citizen_left_waiting_days,
    sum(CAST(for_organisation_us // 1000 AS HUGEINT) * (for_organisation_us // 1000)) AS citizen_left_waiting_days_squares,
    sum(for_citizen_us // 1000) AS waited_for_citizen_days,
    sum(CAST(for_citizen_us // 1000 AS HUGEINT) * (for_citizen_us // 1000)) AS waited_for_citizen_days_squares,
    sum(extra_events) AS rework,
    sum(extra_events * extra_events) AS rework_squares
FROM cases
JOIN case_values USING (case_code)
GROUP BY value
ORDER BY value;
