"""Read CloudFormation templates: positions, references, supported resources, and monthly cost.

What a template needs that the simulator lacks is reported by resource, file and line before
anything runs. Nothing here talks to AWS.
"""
