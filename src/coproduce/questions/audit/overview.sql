-- The paths of all cases in one row: counts, and the exact sums that shares and means rest on.
SELECT
    sum(cases) AS cases,
    count(*) AS paths,
    sum(cases * events) AS events,
    coalesce(sum(cases) FILTER (WHERE completed), 0) AS completed_cases,
    coalesce(sum(cases) FILTER (WHERE citizen_events > 0), 0) AS cases_with_citizen,
    coalesce(sum(cases) FILTER (WHERE extra_events > 0), 0) AS rework_cases,
    coalesce(sum(cases) FILTER (WHERE events = 1), 0) AS single_event_cases,
    sum(cases * citizen_events) AS citizen_events,
    sum(cases * human_events) AS human_events,
    sum(cases * citizen_events * citizen_events) AS citizen_squares,
    sum(cases * citizen_events * human_events) AS citizen_by_human,
    sum(cases * human_events * human_events) AS human_squares,
    sum(cases * to_citizen) AS to_citizen,
    sum(cases * to_citizen * to_citizen) AS to_citizen_squares,
    sum(cases * to_organisation) AS to_organisation,
    sum(cases * to_organisation * to_organisation) AS to_organisation_squares
FROM path_sums;
