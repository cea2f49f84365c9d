-- By month of the case's first event: the sums over cases.
SELECT
    month_number,
    count(*) AS cases,
    count(*) FILTER (WHERE citizen_events > 0) AS cases_with_citizen,
    count(*) FILTER (WHERE extra_events > 0) AS rework_cases,
    sum(to_citizen) AS to_citizen,
    sum(to_citizen * to_citizen) AS to_citizen_squares,
    sum(to_organisation) AS to_organisation,
    sum(to_organisation * to_organisation) AS to_organisation_squares
FROM cases
GROUP BY month_number
ORDER BY month_number;
