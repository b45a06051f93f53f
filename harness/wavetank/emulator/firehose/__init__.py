"""Firehose as on AWS: records are buffered, and become objects at a size or time limit.

LocalStack's own writes every put as an object at once, and returns S3's errors to the caller of the
put. Here a put that was accepted never fails: delivery is retried for 24 hours.

Pure, with time as an argument: `stream` takes a record from its arrival to its batch, by way of
`deaggregation`, `transformation` (with `transform_messages`) and `partitioning`; `buffer` and
`retries` decide when a batch is delivered, `metrics` counts. `object_name`, `time_pattern` and
`encoding` make an object's key and body, `http_endpoint` a request. `stream_settings` reads a
configuration, with `settings`, `http_settings` and `processing_settings`; `descriptions` and
`updates` are the way back.

`delivery` makes the rounds: `transformer` invokes functions, `senders` calls S3 and endpoints with
the `role_sessions` of streams, `kinesis_source` reads (with `kpl`), `reports` writes metrics and
logs. `responses` is what producers receive, and `provider` is what LocalStack calls.
"""
