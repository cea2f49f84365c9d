-- Each step that follows another: in how many cases, in how many completed ones.
SELECT step, next_step, sum(cases) AS cases, coalesce(sum(cases) FILTER (WHERE completed), 0) AS completed_cases
FROM (SELECT DISTINCT path_code, step, next_step FROM path_moves WHERE next_step IS NOT NULL) AS moves
JOIN path_sums USING (path_code)
GROUP BY step, next_step
ORDER BY step, next_step;
