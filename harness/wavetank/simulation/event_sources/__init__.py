"""Event source mappings in virtual time: Lambda polls a source, and invokes a function with events.

mapping       the mappings that are deployed, and the service that each reads
polled_run    what a source needs of its run, and a run of a source
sources       all sources of a run: each plans its next poll after every action
queue_source  SQS: polls, batches, outcomes
queue_policy  SQS: how many batches at a time, and what becomes of a batch's messages
stream_source Kinesis and DynamoDB streams: starting positions, and reads of shards
shard_lane    the batches of a shard, one after another; their policy is emulator's `stream_policy`
"""
