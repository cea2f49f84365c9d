-- The transitions that an XES log records of a step, the commonest first.
SELECT "lifecycle:transition" AS transition, count(*) AS events
FROM events
GROUP BY "lifecycle:transition"
ORDER BY events DESC, transition;
