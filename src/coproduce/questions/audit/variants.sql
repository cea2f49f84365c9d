-- The commonest paths, each as steps packed with their places; ties by the steps themselves.
SELECT commonest.path, commonest.cases, quantile_cont(waited_us, 0.5) AS median_us
FROM (SELECT path_code, path, cases FROM paths ORDER BY cases DESC, path LIMIT $most) AS commonest
JOIN case_paths ON case_paths.path_code = commonest.path_code
GROUP BY commonest.path, commonest.cases
ORDER BY commonest.cases DESC, commonest.path;
