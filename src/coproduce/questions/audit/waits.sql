-- The waits of all cases in one row, in the unit of so many microseconds in which their squares stay whole numbers.
SELECT
    sum(for_citizen) AS for_citizen,
    sum(waited) AS waited,
    sum(for_citizen * for_citizen) AS for_citizen_squares,
    sum(for_citizen * waited) AS for_citizen_by_waited,
    sum(waited * waited) AS waited_squares,
    quantile_cont(waited_us, 0.5) AS median_waited_us
FROM (
    SELECT
        waited_us,
        CAST(for_citizen_us // $unit_us AS DECIMAL(19, 0)) AS for_citizen,
        CAST(waited_us // $unit_us AS DECIMAL(19, 0)) AS waited
    FROM case_paths
) AS in_units;
