"""Condition keys: the values that a call has for them, read only if a policy refers to them.

`finder` decides between a value, none, and not known; `general` has the keys of all services, `s3`
and `dynamodb` those of their services, `parameters` those that are a parameter of the call.
"""
