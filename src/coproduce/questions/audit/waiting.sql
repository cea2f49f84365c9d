-- Gaps between adjacent steps, by whether the citizen was waited for.
SELECT
    citizen,
    count(*) AS gaps,
    quantile_cont(gap_us, 0.5) AS median_us,
    quantile_cont(gap_us, 0.9) AS p90_us,
    sum(CAST(gap_us AS DECIMAL(18, 0))) AS total_us,
    count(*) FILTER (WHERE gap_us = 0) AS zero_gaps,
    count(*) FILTER (WHERE against_file) AS against_file,
    count(*) FILTER (WHERE against_sequence) AS against_sequence
FROM walk
WHERE step_before IS NOT NULL
GROUP BY citizen
ORDER BY citizen;
