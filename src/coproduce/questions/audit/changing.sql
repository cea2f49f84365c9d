-- Cases whose events differ in one group column (`group_1`, which stands for any of them).
SELECT count(*)
FROM (
    SELECT case_id
    FROM events
    GROUP BY case_id
    HAVING min(group_1) <> max(group_1)
) AS changing;
