"""Drills: something is broken on purpose in a running sandbox, and seen to heal.

`broken_code` deploys a broken streaming function, as the brief does, and `broken_handler` sees that
people hear of it; `machine` does to LocalStack what happens to machines.
"""
