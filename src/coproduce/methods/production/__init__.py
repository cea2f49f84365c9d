"""Production: what professional and citizen hours make together, and how far each unit is from the best."""
