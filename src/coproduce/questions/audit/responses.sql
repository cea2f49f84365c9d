-- Completed cases in which a citizen's step comes after the first of an organisation's step (Declare's response).
SELECT answered.step AS step, done.step AS after_step, count(*) AS cases
FROM case_steps AS done
JOIN case_steps AS answered ON answered.case_code = done.case_code AND answered.last_place > done.first_place
JOIN cases ON cases.case_code = done.case_code
WHERE answered.citizen AND NOT done.citizen AND cases.completed
GROUP BY answered.step, done.step
ORDER BY answered.step, done.step;
