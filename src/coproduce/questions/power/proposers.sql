-- How many accepted proposals of citizens come from each value of a group column (`group_1`, any of them).
SELECT decisions.group_1 AS group_value, count(*) AS persons
FROM decisions
WHERE decisions.proposed_by = 'citizen' AND decisions.result IN ('accepted', 'amended')
GROUP BY decisions.group_1
ORDER BY decisions.group_1
