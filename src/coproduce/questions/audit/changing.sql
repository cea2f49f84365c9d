-- Cases whose value in a group column changes on the way. There already: `case_values`.
SELECT count(*) AS cases FROM case_values WHERE changes;
