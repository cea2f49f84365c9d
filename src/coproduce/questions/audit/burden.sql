-- By the value that a case has in one group column (that of its first event): sums over cases.
-- There already: `case_values`. Waits are in units of so many microseconds, working time in thousandths of a minute.
SELECT
    group_value,
    count(*) AS cases,
    count(minutes) AS timed_cases,
    sum(citizen_events) AS citizen_events,
    sum(citizen_events * citizen_events) AS citizen_events_squares,
    coalesce(sum(minutes), 0) AS citizen_minutes,
    coalesce(sum(minutes * minutes), 0) AS citizen_minutes_squares,
    sum(to_citizen) AS handoffs_to_citizen,
    sum(to_citizen * to_citizen) AS handoffs_to_citizen_squares,
    sum(left_waiting) AS citizen_left_waiting_days,
    sum(left_waiting * left_waiting) AS citizen_left_waiting_days_squares,
    sum(for_citizen) AS waited_for_citizen_days,
    sum(for_citizen * for_citizen) AS waited_for_citizen_days_squares,
    sum(extra_events) AS rework,
    sum(extra_events * extra_events) AS rework_squares
FROM (
    SELECT
        group_value,
        citizen_events,
        to_citizen,
        extra_events,
        CAST(milliminutes AS DECIMAL(19, 0)) AS minutes,
        CAST(for_citizen_us // $unit_us AS DECIMAL(19, 0)) AS for_citizen,
        CAST((waited_us - for_citizen_us) // $unit_us AS DECIMAL(19, 0)) AS left_waiting
    FROM case_paths
    JOIN path_sums ON path_sums.path_code = case_paths.path_code
    JOIN case_values ON case_values.case_code = case_paths.case_code
) AS by_case
GROUP BY group_value
ORDER BY group_value;
