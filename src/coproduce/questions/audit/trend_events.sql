-- By month of the event: the sums over cases that the shares of citizens' steps and of waiting rest on.
SELECT
    month_number,
    count(*) AS cases,
    sum(citizen_events) AS citizen_events,
    sum(human_events) AS human_events,
    sum(citizen_events * citizen_events) AS citizen_squares,
    sum(citizen_events * human_events) AS citizen_by_human,
    sum(human_events * human_events) AS human_squares,
    sum(for_citizen_us) AS for_citizen_us,
    sum(waited_us) AS waited_us,
    sum(CAST(for_citizen_us // 1000 AS HUGEINT) * (for_citizen_us // 1000)) AS for_citizen_ms_squares,
    sum(CAST(for_citizen_us // 1000 AS HUGEINT) * (waited_us // 1000)) AS for_citizen_by_waited_ms,
    sum(CAST(waited_us // 1000 AS HUGEINT) * (waited_us // 1000)) AS waited_ms_squares
FROM (
    SELECT
        case_code,
        month_number,
        CAST(count(*) FILTER (WHERE citizen) AS BIGINT) AS citizen_events,
        CAST(count(*) FILTER (WHERE human) AS BIGINT) AS human_events,
        CAST(coalesce(sum(gap_us) FILTER (WHERE citizen), 0) AS BIGINT) AS for_citizen_us,
        CAST(coalesce(sum(gap_us), 0) AS BIGINT) AS waited_us
    FROM walk
    GROUP BY case_code, month_number
) AS case_months
GROUP BY month_number
ORDER BY month_number;
