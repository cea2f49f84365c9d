-- The value that each case has in one group column (`group_1`, which stands for any of them). Where it changes on the
-- way, that of the first event counts (and where that is not recorded, the first by name).
CREATE OR REPLACE TEMP TABLE case_values AS
SELECT
    spread.case_code,
    coalesce(lowest <> highest, FALSE) AS changes,
    coalesce(CASE WHEN lowest <> highest THEN events.group_1 END, lowest, '(not recorded)') AS group_value
FROM (
    SELECT min(row_number) AS case_code, min(group_1) AS lowest, max(group_1) AS highest
    FROM events
    GROUP BY case_id
) AS spread
JOIN cases ON cases.case_code = spread.case_code
LEFT JOIN events ON events.row_number = CASE WHEN lowest <> highest THEN cases.first_row END;
