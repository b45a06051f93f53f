"""The log groups that services create for what they log, such as Lambda and SNS, and handlers.

No stack owns them, so that a simulation deletes them before each run.
"""

from collections import defaultdict

SERVICE_GROUPS = defaultdict[tuple[str, str], set[str]](set)
"""The names of the groups, by account and region."""
