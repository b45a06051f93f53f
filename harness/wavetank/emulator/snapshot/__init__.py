"""What the pipeline holds outlives LocalStack: objects, items and messages, in a file.

The free LocalStack forgets everything at a stop. Here the contents of buckets and tables and the
mailbox are saved every minute and at shutdown, and put back as soon as a bucket or table of the
same name is created again, before anyone can use it. What is deployed is not saved: deploying again
is quick, and always right.

`file` is the format on disk, `sources` reads and fills LocalStack's services, `reading` knows in
which order they are read, `keeper` when.
"""
