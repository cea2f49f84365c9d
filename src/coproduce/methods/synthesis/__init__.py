"""Meta-analysis: what all the evidence says together."""
