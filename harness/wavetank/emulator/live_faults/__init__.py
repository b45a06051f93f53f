"""Faults that somebody switches on in a running sandbox, each with what heals it.

    kind        what every switch has: what it does, what it needs to be told
    calls       calls to AWS that fail or are slow, at the gate before every service
    delivery    objects that S3 does not take from Firehose
    resources   what is deployed, changed and put back: rules, functions, roles, addresses
    machine     the clock
    board       what is switched on, and healing it
    routes      the same over HTTP

Nothing of this is kept: what LocalStack starts with is what was deployed.
"""
