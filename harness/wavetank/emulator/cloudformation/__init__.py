"""CloudFormation that does what it reports as done.

LocalStack calls a stack complete where a resource type has no update and before its outputs are
there, makes buckets without most of what their properties say, and keeps resources whose condition
no longer holds. `updates`, `completion`, `buckets` and `conditions` do what is missing or fail the
stack by name; `provider` puts them in place.
"""
