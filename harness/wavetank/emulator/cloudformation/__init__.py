"""A CloudFormation that rolls back, and deletes only resources that it created.

LocalStack 4.14 adopts resources that already exist and deletes them with the stack, reports a stack
as complete although an update failed or was never made, and does not roll back. Here LocalStack
parses the template and resolves its values; everything else is replaced:

- `stack` is a stack with the record of what it created (`ownership`) and its failure policy;
- `operation` creates and updates, `rollback` restores, `removal` deletes, each with AWS's events;
- `actions` creates, updates and deletes one resource; `existing` finds names that are in use;
`replacement` decides which changes need a new resource, `updates` makes all others in place;
- `stack_tags` are set on the resources, `exports` refuses changes of exports that are imported, and
`changes` finds what an update changes;
- `provider` is the API, `validation` refuses what AWS refuses before anything is changed.
"""
