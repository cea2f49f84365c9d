SELECT row_number, respondent, item, value, wave FROM responses ORDER BY row_number
