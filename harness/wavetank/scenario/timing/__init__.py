"""How long calls and handlers take in virtual time: defaults, and what a scenario says instead.

distribution  a duration that varies: constant, within a range, or with a long tail
defaults      what AWS's services, cold starts and handlers take
settings      the table `[durations]`: read, written, and looked up by function and call
"""
