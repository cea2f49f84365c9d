-- What each actor gave and the other side has agreed to: number and minutes, by voice and action.
SELECT
    actor,
    CASE WHEN side = 'citizen' THEN 'citizen' ELSE 'organisation' END AS side,
    count(*) AS contributions,
    count(minutes) AS timed,
    coalesce(sum(minutes), 0) AS minutes,
    coalesce(sum(CASE WHEN form = 'action' THEN minutes END), 0) AS action_minutes,
    coalesce(sum(CASE WHEN form = 'voice' THEN minutes END), 0) AS voice_minutes
FROM contributions
WHERE status IN ('confirmed', 'amended')
GROUP BY actor, CASE WHEN side = 'citizen' THEN 'citizen' ELSE 'organisation' END
ORDER BY actor, side
