"""TABLES: what a study records, read, checked and held in the engine."""
