"""IAM policies as values: parsed, validated and evaluated as IAM and S3 document it.

Pure: a policy's text and a request go in, a decision comes out, without LocalStack, the clock or
the environment. If a decision needs a value that is not known here, above all a condition key,
access is denied with that reason: this evaluation may deny what AWS allows, and never allows what
AWS denies for lack of a value.
"""
