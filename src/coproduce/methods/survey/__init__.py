"""Surveys: what a sample with weights, strata and clusters says of its population."""
