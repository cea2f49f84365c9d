SELECT * FROM respondents ORDER BY respondent
