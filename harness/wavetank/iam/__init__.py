"""IAM policies as values: read, validated and evaluated as IAM and S3 document it.

Pure: a policy's text and a request go in, a decision comes out; nothing here asks LocalStack, the
clock or the environment. Where a decision needs a value that is not known here, above all a
condition key, access is denied and the reason says so: this evaluation may deny what AWS allows,
and never allows what AWS denies for lack of a value.
"""
