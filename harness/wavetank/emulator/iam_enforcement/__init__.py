"""Enforce IAM on requests to LocalStack: the caller, the actions, the policies that apply."""
