"""What things cost, measured in one run, so that only ratios are compared."""
