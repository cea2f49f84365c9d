-- Completed cases with at least one of the steps that the service rests on.
SELECT count(DISTINCT case_steps.case_code)
FROM case_steps
JOIN cases USING (case_code)
WHERE completed AND array_contains(CAST($essential AS INTEGER[]), step);
