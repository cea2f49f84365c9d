-- With which steps cases begin and end.
SELECT first_step, last_step, completed, count(*) AS cases
FROM cases
GROUP BY first_step, last_step, completed
ORDER BY first_step, last_step, completed;
