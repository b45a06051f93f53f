"""Firehose as on AWS: records are buffered, and become objects at a size or time limit.

LocalStack's own writes every put as an object at once, and returns S3's errors to the caller of the
put. Here a put that was accepted never fails: delivery is retried for 24 hours.

`object_name` and `encoding` make an object's key and body, `settings` reads a destination's
configuration, `buffer` and `delivery` decide when to write, `responses` is what producers receive,
and `provider` is what LocalStack calls.
"""
