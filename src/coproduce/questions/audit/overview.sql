-- The whole log in one row: counts, and the exact sums that shares and means rest on.
-- Squares are of milliseconds, because those of microseconds could outgrow whole numbers.
SELECT
    count(*) AS cases,
    sum(events) AS events,
    count(*) FILTER (WHERE completed) AS completed_cases,
    count(*) FILTER (WHERE citizen_events > 0) AS cases_with_citizen,
    count(*) FILTER (WHERE extra_events > 0) AS rework_cases,
    count(*) FILTER (WHERE events = 1) AS single_event_cases,
    sum(citizen_events) AS citizen_events,
    sum(human_events) AS human_events,
    sum(citizen_events * citizen_events) AS citizen_squares,
    sum(citizen_events * human_events) AS citizen_by_human,
    sum(human_events * human_events) AS human_squares,
    sum(to_citizen) AS to_citizen,
    sum(to_citizen * to_citizen) AS to_citizen_squares,
    sum(to_organisation) AS to_organisation,
    sum(to_organisation * to_organisation) AS to_organisation_squares,
    sum(for_citizen_us) AS for_citizen_us,
    sum(waited_us) AS waited_us,
    sum(CAST(for_citizen_us // 1000 AS HUGEINT) * (for_citizen_us // 1000)) AS for_citizen_ms_squares,
    sum(CAST(for_citizen_us // 1000 AS HUGEINT) * (waited_us // 1000)) AS for_citizen_by_waited_ms,
    sum(CAST(waited_us // 1000 AS HUGEINT) * (waited_us // 1000)) AS waited_ms_squares,
    quantile_cont(lasted_us, 0.5) AS median_lasted_us
FROM (SELECT *, for_citizen_us + for_organisation_us AS waited_us FROM cases) AS cases;
