-- With which steps cases begin and end.
SELECT first_step, last_step, completed, sum(cases) AS cases
FROM path_sums
GROUP BY first_step, last_step, completed
ORDER BY first_step, last_step, completed;
