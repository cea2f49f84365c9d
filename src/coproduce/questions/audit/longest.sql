-- How many cases there are, and how long the longest took.
SELECT count(*) AS cases, max(waited_us) AS waited_us FROM case_paths;
