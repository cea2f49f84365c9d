-- By month of the case's first event: counts of cases.
SELECT
    month_number,
    count(*) AS cases,
    count(*) FILTER (WHERE completed) AS completed_cases,
    count(*) FILTER (WHERE citizen_events > 0) AS cases_with_citizen,
    count(*) FILTER (WHERE extra_events > 0) AS rework_cases,
    count(*) FILTER (WHERE completed AND essential.path_code IS NOT NULL) AS essential_cases,
    sum(to_citizen) AS to_citizen,
    sum(to_citizen * to_citizen) AS to_citizen_squares,
    sum(to_organisation) AS to_organisation,
    sum(to_organisation * to_organisation) AS to_organisation_squares
FROM case_paths
JOIN path_sums ON path_sums.path_code = case_paths.path_code
LEFT JOIN (
    SELECT DISTINCT path_code FROM path_steps WHERE array_contains(CAST($essential AS INTEGER[]), step)
) AS essential ON essential.path_code = case_paths.path_code
GROUP BY month_number
ORDER BY month_number;
