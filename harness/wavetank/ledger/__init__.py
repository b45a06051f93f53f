"""What came of a story, without when: the same on whatever engine it was told, or listed.

entries      what a ledger holds
keeping      a ledger from a history
alerts       what of an alert is the story's, and what is that run's alone
retelling    a history without what is that run's alone, where two tellings are compared
comparing    the differences of two ledgers, each in one line
"""

from wavetank.ledger.comparing import Difference, Group, differences
from wavetank.ledger.entries import Ending, ItemKey, Ledger, NoticeKey, RecordKey, TickKey
from wavetank.ledger.keeping import Keeper, ledger_of

__all__ = [
    "Difference",
    "Ending",
    "Group",
    "ItemKey",
    "Keeper",
    "Ledger",
    "NoticeKey",
    "RecordKey",
    "TickKey",
    "differences",
    "ledger_of",
]
