"""Drills: something is broken on purpose in a running sandbox, and seen to heal.

`broken_handler` deploys a broken streaming function, as the brief does; `machine` does to
LocalStack what happens to machines.
"""
