"""Checks before a deployment, each with what to do where it fails.

What only AWS can answer was built from its documentation and is unproven: account-level Block
Public Access, quotas, and a bucket name that belongs to another account.
"""

from wavetank.deployment.preflight.checker import preflight

__all__ = ["preflight"]
