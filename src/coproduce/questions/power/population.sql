-- How many people of each value of a group column (`group_1`, any of them) are served.
SELECT population.group_1 AS group_value, sum(persons ORDER BY persons) AS persons
FROM population
GROUP BY population.group_1
ORDER BY population.group_1
