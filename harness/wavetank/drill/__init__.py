"""Drills: something is broken on purpose in a running pipeline, and seen to heal.

pipeline_drill  the function breaks, people hear of it, and it goes on: on a sandbox and on AWS
machine         what happens to machines, done to LocalStack
"""
