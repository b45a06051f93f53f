"""EventBridge Scheduler: schedules that invoke their targets, which LocalStack only stores.

schedules   a stored schedule as a value, and the checks of its definition
timetable   which schedules are due
targets     the calls of templated and universal targets
invocations one invocation: attempts, and the dead-letter queue
provider    the provider that LocalStack loads

Selected with `PROVIDER_OVERRIDE_SCHEDULER=wavetank`.
"""
