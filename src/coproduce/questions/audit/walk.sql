-- The log as a walk: each event with the step before it in its case, in narrow numbers; gaps in microseconds.
-- There already: `sided_events` and `steps`.

CREATE OR REPLACE TEMP TABLE case_codes AS
SELECT case_id, CAST(row_number() OVER () AS INTEGER) AS case_code
FROM (SELECT DISTINCT case_id FROM events) AS distinct_cases;

CREATE OR REPLACE TEMP TABLE coded AS
SELECT
    case_code,
    row_number,
    CAST(step AS INTEGER) AS step,
    citizen,
    human,
    epoch_us(occurred_at) AS happened_us,
    CAST(extract(YEAR FROM occurred_at) * 12 + extract(MONTH FROM occurred_at) - 1 AS INTEGER) AS month_number,
    CASE $ties WHEN 'sequence' THEN sequence WHEN 'file' THEN row_number END AS ordinal,
    sequence,
    CAST(round(minutes * 1000) AS BIGINT) AS milliminutes
FROM sided_events
JOIN steps USING (step)
JOIN case_codes USING (case_id);

DROP TABLE case_codes;

CREATE OR REPLACE TEMP TABLE walk AS
SELECT
    case_code,
    row_number,
    step,
    citizen,
    human,
    happened_us,
    month_number,
    milliminutes,
    CAST(row_number() OVER in_order AS INTEGER) AS place,
    lag(step) OVER in_order AS step_before,
    lag(citizen) OVER in_order AS citizen_before,
    happened_us - lag(happened_us) OVER in_order AS gap_us,
    sequence < lag(sequence) OVER in_order AS against_sequence,
    lead(step) OVER in_order IS NULL AS is_last
FROM coded
WINDOW in_order AS (PARTITION BY case_code ORDER BY happened_us, ordinal NULLS LAST, step, row_number);

DROP TABLE coded;
