-- The commonest paths, each the steps of a case in order; ties by the steps themselves.
SELECT path, count(*) AS cases, quantile_cont(lasted_us, 0.5) AS median_us, count(*) OVER () AS variants
FROM (SELECT case_code, list(step ORDER BY place) AS path FROM walk GROUP BY case_code) AS paths
JOIN cases USING (case_code)
GROUP BY path
ORDER BY cases DESC, path
LIMIT $most;
