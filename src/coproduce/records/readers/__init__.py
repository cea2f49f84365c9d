"""Readers: one file each for every kind of source; each leaves Parquet behind."""
