"""Sends the workload of a scenario to the pipeline, in virtual time.

player   which action is due when, and its record in the history
senders  what each kind of workload sends to its target
targets  the deployed resource that a workload names
"""
