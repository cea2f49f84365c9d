-- What each case adds up to. Waiting belongs to the side that acts next. Whatever depends only on the path that a case
-- took is counted once for each path, and weighted by the cases that took it.

CREATE OR REPLACE TEMP TABLE case_sums AS
SELECT
    case_code,
    array_sort(array_agg(place * CAST(2147483648 AS BIGINT) + step)) AS path,
    min(month_number) AS month_number,
    CAST(coalesce(sum(gap_us) FILTER (WHERE citizen), 0) AS BIGINT) AS for_citizen_us,
    CAST(coalesce(sum(gap_us), 0) AS BIGINT) AS waited_us,
    CASE
        WHEN count(*) FILTER (WHERE citizen) = count(milliminutes)
        THEN CAST(coalesce(sum(milliminutes), 0) AS BIGINT)
    END AS milliminutes
FROM walk
GROUP BY case_code;

CREATE OR REPLACE TEMP TABLE paths AS
SELECT min(case_code) AS path_code, path, count(*) AS cases
FROM case_sums
GROUP BY path;

CREATE OR REPLACE TEMP TABLE case_paths AS
SELECT case_code, path_code, month_number, for_citizen_us, waited_us, milliminutes
FROM case_sums
JOIN paths ON case_sums.path = paths.path;

DROP TABLE case_sums;
