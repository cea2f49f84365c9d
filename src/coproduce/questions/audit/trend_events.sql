-- By month of the event: the sums over cases that the shares of citizens' steps and of waiting rest on.
SELECT
    month_number,
    count(*) AS cases,
    count(*) FILTER (WHERE citizen_events > 0) AS cases_with_citizen,
    sum(citizen_events) AS citizen_events,
    sum(human_events) AS human_events,
    sum(citizen_events * citizen_events) AS citizen_squares,
    sum(citizen_events * human_events) AS citizen_by_human,
    sum(human_events * human_events) AS human_squares,
    sum(for_citizen) AS for_citizen,
    sum(waited) AS waited,
    sum(for_citizen * for_citizen) AS for_citizen_squares,
    sum(for_citizen * waited) AS for_citizen_by_waited,
    sum(waited * waited) AS waited_squares
FROM (
    SELECT
        case_code,
        month_number,
        count(*) FILTER (WHERE citizen) AS citizen_events,
        count(*) FILTER (WHERE human) AS human_events,
        CAST(coalesce(sum(gap_us) FILTER (WHERE citizen), 0) // $unit_us AS DECIMAL(19, 0)) AS for_citizen,
        CAST(coalesce(sum(gap_us), 0) // $unit_us AS DECIMAL(19, 0)) AS waited
    FROM walk
    GROUP BY case_code, month_number
) AS case_months
GROUP BY month_number
ORDER BY month_number;
