"""LocalStack plug-ins that replace its behaviour where it differs from AWS's.

Only this package and `console` import LocalStack. LocalStack finds them by entry points, so that
the same code runs in the simulator's process, in a child process and in the published image.
"""
