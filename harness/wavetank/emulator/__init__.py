"""LocalStack plug-ins, where the free emulator differs from AWS on this project's path.

Only this package and `console` import LocalStack. LocalStack finds them by entry points, so that
the same code runs in the simulator's process, in a child process and in the published image.
"""
