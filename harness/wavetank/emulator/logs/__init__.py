"""CloudWatch Logs: filter patterns, and what matching log events cause.

filter_patterns  which log events match
ingestion        which events a put stores, and which it rejects
stored_events    ids of events, and their deletion
metric_filters   metrics of matching events
subscriptions    matching events for functions and streams
provider         the provider that LocalStack loads

Selected with `PROVIDER_OVERRIDE_LOGS=wavetank`.
"""
