"""What runs inside LocalStack: the parts where the free emulator falls short of AWS on our path.

Only this package imports LocalStack, and LocalStack finds it by entry points, so that the same
code works in the harness's own process, in a child process and in the published image.
"""
