"""Amazon S3: names of buckets, error bodies, notifications and the expected owner as on AWS.

expected_owner       the bucket owner condition of a request
error_bodies         the XML of errors
notifications        events of buckets for their targets, with retries
notification_checks  notifications that AWS refuses
version_ids          ids of versions that are the same in each run
provider             the provider that LocalStack loads

Selected with `PROVIDER_OVERRIDE_S3=wavetank`.
"""
