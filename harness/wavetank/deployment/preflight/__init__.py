"""Checks before a deployment, each with a fix if it fails.

Three checks that only AWS can answer follow its documentation and were never run against AWS:
account-level Block Public Access, quotas, and a bucket name that belongs to another account.
"""

from wavetank.deployment.preflight.checker import preflight

__all__ = ["preflight"]
