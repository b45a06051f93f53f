"""What could go wrong with a deployment, found before it begins; each with what to do about it.

outcome    what a check is given, and what it says
judging    every check in order; what may not be asked is unknown, and names the missing right
account    whose credentials, which region, whether the clocks agree, Block Public Access
buckets    whether the buckets' names are free, or ours
room       quotas: Lambda's concurrency, and how many resources of each kind there may be
stacks     what an earlier deployment left in which state
leftovers  resources of our names that no stack of ours has
people     which addresses will be asked to confirm

What only AWS can answer was built after its documentation: account-level Block Public Access,
quotas, a bucket name that is somebody else's.
"""

from wavetank.deployment.preflight.checker import preflight

__all__ = ["preflight"]
