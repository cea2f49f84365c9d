-- Each step that follows another: in how many cases, in how many completed ones.
SELECT step_before, step, count(*) AS cases, count(*) FILTER (WHERE completed) AS completed_cases
FROM case_edges
JOIN cases USING (case_code)
GROUP BY step_before, step
ORDER BY step_before, step;
