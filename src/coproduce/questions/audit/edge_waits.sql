-- The median wait from a step to the next.
SELECT step_before, step, quantile_cont(gap_us, 0.5) AS median_us
FROM walk
WHERE step_before IS NOT NULL
GROUP BY step_before, step
ORDER BY step_before, step;
