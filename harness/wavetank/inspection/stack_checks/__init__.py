"""Checks of any deployed pipeline, each with evidence and what to do.

checker     runs all checks; a missing resource is a finding, and no error
resources   the stacks themselves
triggers    rules, schedules, mappings, notifications: enabled, and permitted to invoke
roles       execution roles: trusted, and not denied what they do
invocations the last attempts of each function
queues      dead-letter queues and failure destinations
delivery    alarms, subscriptions, delivery streams
"""

from wavetank.inspection.stack_checks.checker import check_stack

__all__ = ["check_stack"]
