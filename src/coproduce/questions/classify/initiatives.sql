-- What each initiative intends, by its name.
SELECT
    initiative,
    phase,
    activity,
    level,
    capacity,
    beneficiary,
    obligation,
    form,
    input,
    task,
    planned_by,
    delivered_by,
    initiated_by,
    scope,
    relation
FROM initiatives
ORDER BY initiative
