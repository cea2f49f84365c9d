-- The log as a walk: each event with the step before it in its case, in narrow numbers; gaps in microseconds.
-- There already: `sided_events` and `steps`. A case goes by the number of its first event's row, working time by
-- thousandths of a minute (of 1900 years at most, so that its squares stay whole numbers).

CREATE OR REPLACE TEMP TABLE walk AS
SELECT
    first_value(row_number) OVER in_order AS case_code,
    CAST(row_number() OVER in_order AS INTEGER) AS place,
    step,
    lag(step) OVER in_order AS step_before,
    date_diff('microsecond', lag(occurred_at) OVER in_order, occurred_at) AS gap_us,
    CAST(extract(YEAR FROM occurred_at) * 12 + extract(MONTH FROM occurred_at) - 1 AS INTEGER) AS month_number,
    citizen,
    human,
    CASE WHEN citizen AND NOT isnan(minutes) THEN CAST(round(least(minutes, 1000000000) * 1000) AS BIGINT) END AS milliminutes,
    row_number < lag(row_number) OVER in_order AS against_file,
    sequence < lag(sequence) OVER in_order AS against_sequence
FROM sided_events
JOIN steps USING (step)
WINDOW in_order AS (
    PARTITION BY case_id
    ORDER BY
        occurred_at,
        CASE $ties WHEN 'sequence' THEN sequence WHEN 'file' THEN row_number END NULLS LAST,
        step,
        row_number
);
