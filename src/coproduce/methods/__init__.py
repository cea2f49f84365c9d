"""STATISTICS: numbers in, a small frozen dataclass out; this room knows no table and no citizen."""
