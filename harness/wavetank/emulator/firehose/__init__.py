"""Firehose as AWS does it: records are buffered, and become objects when size or time is reached.

LocalStack's own writes every put as an object of its own, at once, and hands S3's errors to whoever
put the records. Here a put that was accepted never fails: delivery is tried again for 24 hours.

`object_name` and `encoding` make an object's key and body, `settings` reads a destination's
configuration, `buffer` and `delivery` decide when, `answers` is what producers are told, `provider`
is what LocalStack calls.
"""
