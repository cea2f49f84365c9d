-- How many citizens of each value of a group column (`group_1`, which stands for any of them) have given something.
SELECT people.group_1 AS group_value, count(*) AS persons
FROM people
WHERE people.side = 'citizen' AND people.actor IN (
    SELECT actor FROM contributions WHERE status IN ('confirmed', 'amended')
)
GROUP BY people.group_1
ORDER BY people.group_1
