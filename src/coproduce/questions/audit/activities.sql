-- How often each step is taken, in how many cases, and in how many completed ones.
SELECT
    step,
    sum(times) AS events,
    count(*) AS cases,
    count(*) FILTER (WHERE completed) AS completed_cases,
    count(*) FILTER (WHERE times > 1) AS rework_cases,
    sum(times - 1) AS extra_events
FROM case_steps
JOIN cases USING (case_code)
GROUP BY step
ORDER BY step;
