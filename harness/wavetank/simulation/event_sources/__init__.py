"""Event source mappings in virtual time: Lambda polls a source, and invokes a function with events.

mapping            the mappings that are deployed, and the service that each reads
polled_run         what a source needs of its run, a run of a source, and access to the source
sources            all sources of a run: each plans its next poll after every action
source_faults      which faults hit the events of a source
queue_source       SQS: polls, batches, outcomes
batch_concurrency  SQS: how many batches at a time
stream_source      Kinesis and DynamoDB streams: starting positions, and reads of shards
shard_lane         the batches of a shard, one after another, by the emulator's `stream_policy`
"""
