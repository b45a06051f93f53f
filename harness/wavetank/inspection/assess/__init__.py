"""Assess the pipelines of many people from another AWS account, within limits on time and size."""
