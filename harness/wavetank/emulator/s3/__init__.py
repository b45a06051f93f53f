"""Amazon S3: names of buckets, error bodies, and the expected owner as AWS documents them.

expected_owner  the bucket owner condition of a request
error_bodies    the XML of errors
provider        the provider that LocalStack loads

Selected with `PROVIDER_OVERRIDE_S3=wavetank`.
"""
