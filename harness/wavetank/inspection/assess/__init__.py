"""Assess the pipelines of many persons from another AWS account, within limits on time and size."""
