"""Pipelines as values from which any process can deploy the same one: the ticker, or templates."""
