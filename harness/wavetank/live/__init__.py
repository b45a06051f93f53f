"""Scenarios and drills in wall time, on a deployed pipeline: a sandbox or AWS.

Each change is written to a journal before it is made, so that another process can revert it.
"""
