"""What happened in a run: typed events, one line of JSON each, in a file that only grows.

    events       what can happen; knows pipelines, but no ticker
    encoding     an event as its one canonical line, and back; the digest
    file         written as it happens, read again later
    mishaps      what goes wrong, in words
    difference   where two runs that should be the same part

The simulation writes it; `wavetank.invariants` checks it, during a run or from the file.
"""

from wavetank.history.diff import Difference, first_difference
from wavetank.history.encoding import Digest, decode, digest_of, encode, line_of
from wavetank.history.events import (
    EVENTS,
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    DestinationReached,
    Drained,
    Event,
    FaultBegan,
    FaultInjected,
    FaultReverted,
    GivenUp,
    Invoked,
    MessageSent,
    ObjectDelivered,
    Outcome,
    RecordsAccepted,
    RecordsLost,
    RuleFired,
    RuleSpec,
    RunBegan,
    RunEnded,
    SubscriptionChanged,
    TableSnapshot,
    TickSuppressed,
    Trigger,
    TruncatedHistory,
)
from wavetank.history.failure_messages import mishap
from wavetank.history.file import HistoryWriter, read_history

__all__ = [
    "EVENTS",
    "ApiCalled",
    "AttemptBegan",
    "AttemptEnded",
    "DestinationReached",
    "Difference",
    "Digest",
    "Drained",
    "Event",
    "FaultBegan",
    "FaultInjected",
    "FaultReverted",
    "GivenUp",
    "HistoryWriter",
    "Invoked",
    "MessageSent",
    "ObjectDelivered",
    "Outcome",
    "RecordsAccepted",
    "RecordsLost",
    "RuleFired",
    "RuleSpec",
    "RunBegan",
    "RunEnded",
    "SubscriptionChanged",
    "TableSnapshot",
    "TickSuppressed",
    "Trigger",
    "TruncatedHistory",
    "decode",
    "digest_of",
    "encode",
    "first_difference",
    "line_of",
    "mishap",
    "read_history",
]
