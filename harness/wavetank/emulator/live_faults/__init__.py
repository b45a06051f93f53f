"""Faults that are switched on and reverted in a running sandbox.

They are not saved: after a restart LocalStack has what was deployed.
"""
