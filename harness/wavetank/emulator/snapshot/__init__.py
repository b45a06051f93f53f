"""Saves the pipeline's data to a file: objects, items and messages survive a restart of LocalStack.

Tables, streams and buckets of other accounts and regions than the sandbox's own are not saved.

The free LocalStack forgets everything at a stop. Here the contents of buckets and tables and the
mailbox are saved every minute and at shutdown, and restored as soon as a bucket or table of the
same name is created again, before it can be used. Resources are not saved: deploying again is
quick, and always correct.

`file` is the format on disk, `adapters` reads and fills LocalStack's services, `reading` has the
order of reading, and `service` decides when to save.
"""
