"""Present finished runs: HTML report, comparison of two runs, diagram, and notebook analysis."""
