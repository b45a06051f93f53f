"""Delivery to the targets of EventBridge rules and of EventBridge Scheduler's schedules.

`retry_policy` decides when a failed delivery is retried, `failures` which errors are, `deliveries`
makes the attempts (live, by `workers`) with clients of `role_clients`, `ordered_groups` keeps the
order of message groups, and `dead_letter` sends what could not be delivered to a queue.
`planning_errors` logs errors of planning a rule or schedule.
"""
