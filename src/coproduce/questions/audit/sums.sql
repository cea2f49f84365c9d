-- What each case adds up to, and how often it takes each step and each edge. Waiting belongs to the side that acts next.

CREATE OR REPLACE TEMP TABLE case_steps AS
SELECT
    case_code,
    step,
    any_value(citizen) AS citizen,
    CAST(count(*) AS INTEGER) AS times,
    min(place) AS first_place,
    max(place) AS last_place
FROM walk
GROUP BY case_code, step;

CREATE OR REPLACE TEMP TABLE cases AS
SELECT
    sums.*,
    coalesce(again.extra_events, 0) AS extra_events,
    NOT $some_end OR array_contains(CAST($ends AS INTEGER[]), last_step) AS completed
FROM (
    SELECT
        case_code,
        CAST(count(*) AS BIGINT) AS events,
        CAST(count(*) FILTER (WHERE citizen) AS BIGINT) AS citizen_events,
        CAST(count(*) FILTER (WHERE human) AS BIGINT) AS human_events,
        CAST(count(*) FILTER (WHERE citizen AND NOT citizen_before) AS BIGINT) AS to_citizen,
        CAST(count(*) FILTER (WHERE NOT citizen AND citizen_before) AS BIGINT) AS to_organisation,
        CAST(coalesce(sum(gap_us) FILTER (WHERE citizen), 0) AS BIGINT) AS for_citizen_us,
        CAST(coalesce(sum(gap_us) FILTER (WHERE NOT citizen), 0) AS BIGINT) AS for_organisation_us,
        max(step) FILTER (WHERE place = 1) AS first_step,
        max(step) FILTER (WHERE is_last) AS last_step,
        max(row_number) FILTER (WHERE place = 1) AS first_row,
        min(month_number) AS month_number,
        CASE
            WHEN count(*) FILTER (WHERE citizen AND milliminutes IS NULL) = 0
            THEN CAST(coalesce(sum(milliminutes) FILTER (WHERE citizen), 0) AS BIGINT)
        END AS milliminutes,
        max(happened_us) - min(happened_us) AS lasted_us
    FROM walk
    GROUP BY case_code
) AS sums
LEFT JOIN (
    SELECT case_code, CAST(sum(times - 1) AS BIGINT) AS extra_events
    FROM case_steps
    WHERE times > 1 AND citizen
    GROUP BY case_code
) AS again ON sums.case_code = again.case_code;

CREATE OR REPLACE TEMP TABLE case_edges AS
SELECT case_code, step_before, step, count(*) AS times
FROM walk
WHERE step_before IS NOT NULL
GROUP BY case_code, step_before, step;
