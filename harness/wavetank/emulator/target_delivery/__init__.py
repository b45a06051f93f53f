"""Delivery to the targets of EventBridge rules and of EventBridge Scheduler's schedules.

`retry_policy` decides when a failed delivery is retried, `failures` which errors are, `deliveries`
makes the attempts, and `dead_letter` sends what could not be delivered to a queue.
"""
