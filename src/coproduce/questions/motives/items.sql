SELECT * FROM items ORDER BY row_number
