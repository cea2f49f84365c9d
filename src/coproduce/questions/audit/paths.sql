-- Each path taken apart: its places, its steps, its moves, and what it adds up to.

CREATE OR REPLACE TEMP TABLE path_places AS
SELECT
    path_code,
    CAST(packed // 2147483648 AS INTEGER) AS place,
    CAST(packed % 2147483648 AS INTEGER) AS step
FROM (SELECT path_code, unnest(path) AS packed FROM paths) AS unpacked;

CREATE OR REPLACE TEMP TABLE path_steps AS
SELECT path_code, step, count(*) AS times, min(place) AS first_place, max(place) AS last_place
FROM path_places
GROUP BY path_code, step;

CREATE OR REPLACE TEMP TABLE path_moves AS
SELECT path_code, step, lead(step) OVER (PARTITION BY path_code ORDER BY place) AS next_step
FROM path_places;

CREATE OR REPLACE TEMP TABLE path_sums AS
SELECT
    path_code,
    cases,
    events,
    citizen_events,
    human_events,
    extra_events,
    to_citizen,
    to_organisation,
    first_step,
    last_step,
    NOT $some_end OR array_contains(CAST($ends AS INTEGER[]), last_step) AS completed
FROM paths
JOIN (
    SELECT
        path_code,
        CAST(sum(times) AS BIGINT) AS events,
        CAST(coalesce(sum(times) FILTER (WHERE citizen), 0) AS BIGINT) AS citizen_events,
        CAST(coalesce(sum(times) FILTER (WHERE human), 0) AS BIGINT) AS human_events,
        CAST(coalesce(sum(times - 1) FILTER (WHERE citizen), 0) AS BIGINT) AS extra_events,
        max(CASE WHEN first_place = 1 THEN step END) AS first_step
    FROM path_steps
    JOIN steps USING (step)
    GROUP BY path_code
) AS acts USING (path_code)
JOIN (
    SELECT
        path_code,
        count(*) FILTER (WHERE following.citizen AND NOT acting.citizen) AS to_citizen,
        count(*) FILTER (WHERE acting.citizen AND NOT following.citizen) AS to_organisation,
        max(CASE WHEN next_step IS NULL THEN path_moves.step END) AS last_step
    FROM path_moves
    JOIN steps AS acting ON acting.step = path_moves.step
    LEFT JOIN steps AS following ON following.step = path_moves.next_step
    GROUP BY path_code
) AS moves USING (path_code);

DROP TABLE path_places;
