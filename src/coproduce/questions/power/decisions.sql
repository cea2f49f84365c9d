-- Every decision, with the days that its answer took, or that it has been open until the day of looking.
SELECT
    proposed_by,
    decided_by,
    result,
    owner,
    proposer,
    citizen_says,
    CASE WHEN decided_on IS NULL OR decided_on > $until THEN NULL ELSE decided_on END IS NOT NULL AS decided,
    (epoch(CASE WHEN decided_on IS NULL OR decided_on > $until THEN $until ELSE decided_on END)
        - epoch(proposed_on)) / 86400 AS days,
    coalesce(due_on <= $until, FALSE) AS due,
    coalesce(done_on <= $until, FALSE) AS done,
    coalesce(done_on <= due_on, FALSE) AS in_time,
    due_on IS NOT NULL AS promised
FROM decisions
WHERE proposed_on <= $until
ORDER BY decision
