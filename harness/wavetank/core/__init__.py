"""Values and rules that need no AWS, no LocalStack and, with few exceptions, no files.

Every other package may import this one; it imports nothing of Wavetank. Time is an argument of its
functions: `clock` is the only module that reads it, and `settings` the only reader of the
environment.
"""
