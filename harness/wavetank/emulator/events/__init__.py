"""EventBridge: rules that fire by AWS's schedules, and targets with input, retries and a queue.

timetable    when each scheduled rule is due next
rules        what PutRule and PutTargets accept
json_path    values of an event
input_transformer  what a target receives instead of the event
targets      one delivery: input, attempts, dead-letter queue
senders      calls of the target services
provider     the provider that LocalStack loads

Selected with `PROVIDER_OVERRIDE_EVENTS=wavetank`.
"""
