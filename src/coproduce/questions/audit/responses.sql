-- Completed cases in which a citizen's step comes after the first of an organisation's step (Declare's response).
SELECT answered.step AS step, done.step AS after_step, sum(path_sums.cases) AS cases
FROM path_steps AS done
JOIN path_steps AS answered
    ON answered.path_code = done.path_code AND answered.last_place > done.first_place
JOIN steps AS doing ON doing.step = done.step
JOIN steps AS answering ON answering.step = answered.step
JOIN path_sums ON path_sums.path_code = done.path_code
WHERE answering.citizen AND NOT doing.citizen AND path_sums.completed
GROUP BY answered.step, done.step
ORDER BY answered.step, done.step;
