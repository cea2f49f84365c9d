-- The steps of a service: an activity with its side. Citizens and humans (all but systems) are told once, here.
CREATE OR REPLACE TEMP TABLE steps AS
SELECT DISTINCT
    CAST(step AS INTEGER) AS step,
    key_1 AS activity,
    given_side AS side,
    given_side = 'citizen' AS citizen,
    given_side <> 'system' AS human
FROM event_kinds;
