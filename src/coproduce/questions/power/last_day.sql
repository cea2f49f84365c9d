-- The last moment that the register of decisions knows of; a promise for the future does not count.
SELECT max(moment) AS last_moment
FROM (
    SELECT max(proposed_on) AS moment FROM decisions
    UNION ALL
    SELECT max(decided_on) AS moment FROM decisions
    UNION ALL
    SELECT max(done_on) AS moment FROM decisions
) AS moments
