"""Values and rules that need no AWS, no LocalStack and, with few exceptions, no file.

Everything else may import this package; it imports nothing of Wavetank. Time is an argument of its
functions: `clock` is the one module that reads it, as `settings` is the one reader of the
environment.
"""
