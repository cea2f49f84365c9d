"""FACES: charts, pages and terminal, drawn from Findings and nothing else."""
