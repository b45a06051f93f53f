"""Wavetank: a local-first testbed for serverless streaming pipelines on AWS, on LocalStack."""
