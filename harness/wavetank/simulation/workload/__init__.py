"""Sends the workload of a scenario to the pipeline, in virtual time.

player   which action is due when, and its record in the history
senders  one call of AWS for each kind of workload
targets  the deployed resource that a workload names
"""
