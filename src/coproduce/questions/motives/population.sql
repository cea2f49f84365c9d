SELECT group_1 AS value, sum(persons ORDER BY persons) AS persons
FROM population
WHERE group_1 IS NOT NULL
GROUP BY group_1
ORDER BY group_1
