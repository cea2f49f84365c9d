-- What each initiative intends, in the order of the records.
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
ORDER BY row_number
