-- How often each step is taken, in how many cases, and in how many completed ones.
SELECT
    step,
    sum(times * cases) AS events,
    sum(cases) AS cases,
    coalesce(sum(cases) FILTER (WHERE completed), 0) AS completed_cases,
    coalesce(sum(cases) FILTER (WHERE times > 1), 0) AS rework_cases,
    sum((times - 1) * cases) AS extra_events
FROM path_steps
JOIN path_sums USING (path_code)
GROUP BY step
ORDER BY step;
