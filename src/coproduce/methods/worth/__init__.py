"""Whether something is worth what it costs: contrasts of cost and outcome, their ratio, net benefit and information."""
