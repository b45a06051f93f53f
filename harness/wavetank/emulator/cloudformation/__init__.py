"""CloudFormation that does what it reports as done.

LocalStack calls a stack complete where a resource type has no update, and makes buckets without
most of what their properties say. `updates` and `buckets` do what is missing or fail the stack by
name; `provider` puts them where LocalStack loads its resource providers.
"""
