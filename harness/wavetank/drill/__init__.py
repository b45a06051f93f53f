"""Drills: something is broken on purpose in a running pipeline, and seen to heal.

pipeline_drill  the function breaks, people hear of it, and it goes on: on a sandbox and on AWS
broken_code     the function broken as the brief does it, by a deployment
no_concurrency  the function broken by forbidding it to run
restoring       putting back, whatever happens
record          what is broken, on disk, for when nobody was left to put it back
alert           where it is seen that the alert went out
machine         what happens to machines, done to LocalStack
"""
