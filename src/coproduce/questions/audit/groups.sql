-- The value of one group column (`group_1`, which stands for any of them) that each case has: that of its first event.
CREATE OR REPLACE TEMP TABLE case_values AS
SELECT cases.case_code, coalesce(events.group_1, '(not recorded)') AS value
FROM cases
JOIN events ON events.row_number = cases.first_row;
