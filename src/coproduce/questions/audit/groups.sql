-- The value that each case has in one group column (`group_1`, which stands for any of them). Where it changes on the
-- way, that of the first event counts (and where that is not recorded, the first by name).
CREATE OR REPLACE TEMP TABLE case_values AS
SELECT
    case_paths.case_code,
    coalesce(lowest <> highest, FALSE) AS changes,
    coalesce(CASE WHEN lowest <> highest THEN first_event.group_1 END, lowest, '(not recorded)') AS group_value
FROM case_paths
JOIN events AS first_event ON first_event.row_number = case_paths.case_code
JOIN (
    SELECT case_id, min(group_1) AS lowest, max(group_1) AS highest
    FROM events
    GROUP BY case_id
) AS spread ON spread.case_id = first_event.case_id;
