"""A simulated service for the demo: every record is made by the actions that people use, at the time it tells of."""
