SELECT * FROM respondents ORDER BY row_number
