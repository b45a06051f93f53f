"""CloudFormation that does what it reports, and deletes nothing that it did not create.

LocalStack 4.14 takes over resources that exist already and deletes them with the stack, calls a
stack complete where an update failed or was never made, and does not roll back. Here LocalStack
parses the template and works out its values; the rest is ours:

- `stack` is a stack with the record of what it created (`ownership`) and what it does on failure;
- `operation` creates and updates, `rollback` goes back, `removal` deletes, each with AWS's events;
- `actions` creates, updates and deletes one resource; `existing` finds names that are in use;
  `replacement` says which changes need a new resource, `updates` makes all others in place;
- `stack_tags` are set on the resources, `exports` that are imported stay as they are, and `changes`
  finds what an update changes;
- `provider` is the API, `validation` refuses what AWS refuses before anything is changed.
"""
