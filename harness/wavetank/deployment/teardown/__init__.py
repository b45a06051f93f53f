"""The end of a pipeline: quiet, gone but for its data, and at last those too.

standing   what of a pipeline is still there, read from the stacks
quiet      the rule off, and the last records in the bucket
pipeline   `teardown`: everything but the data
release    `release-bucket`: the data
buckets    a bucket emptied and deleted, if it is ours
leftovers  late log groups, addresses that never answered, and what the rest costs a month

Every step looks before it acts and can be repeated, so whatever cuts one off, running the same
command again finishes it.
"""
