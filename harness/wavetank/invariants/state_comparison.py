"""How what a resource holds differs from a reference, entry by entry and field by field.

Two texts that are JSON are compared by their leaves. A leaf is left out if a pattern names it, and
passes if both values are the same but for instants and random ids, which a retry may draw anew;
both are counted, so that a comparison of nothing is not taken for agreement. So are copies of a
message or record: queues, topics and delivery streams promise at least one, and may make copies
themselves.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from wavetank.core.errors import UsageError
from wavetank.history.state_events import StateEntry

INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
RANDOM_ID = re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
EPOCH = re.compile(r"(?<![\d.])(1[5-9]|20)\d{8}(\d{3}){0,3}(\.\d+)?(?![\d.])")
"""Seconds to nanoseconds since 1970, in the years from 2017 to 2036."""
VARYING = (RANDOM_ID, INSTANT, EPOCH)
PLACEHOLDER = "<varies>"
SIGNATURE, SIGNED_BY = "Signature", "SigningCertURL"
"""Fields of what SNS sends: the signature of a text that has the instant and the id."""
SHOWN_CHARACTERS = 100
MISSING, ADDED, AGAIN = "missing", "added", "once more than without faults"
AT_LEAST_ONCE = frozenset({"queue", "topic", "stream"})

type Leaves = Mapping[str, str]
"""Each leaf's JSON by its path, such as `lines.0.price`; of a text that is no JSON, one, at ''."""

type Key = Callable[[StateEntry], str]


@dataclass(frozen=True)
class StateDifference:
    """One entry that differs; `text` says how.

    `identity` is as in the reference, `found` as in the run that is compared with it.
    """

    kind: str
    resource: str
    identity: str
    text: str
    found: str

    def __str__(self) -> str:
        return f"{self.kind} {self.resource} {_shortened(self.identity.strip())}: {self.text}"


@dataclass
class StateComparison:
    """What was compared so far, and what differs."""

    differences: list[StateDifference] = field(default_factory=list)
    entries: int = 0
    fields: int = 0
    """Of the entries that have patterns; how many `left` of them no pattern names."""
    left: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    varying: int = 0
    copies: int = 0

    def compare(
        self,
        kind: str,
        resource: str,
        reference: Sequence[StateEntry],
        found: Sequence[StateEntry],
        patterns: Sequence[str],
    ) -> None:
        """Compare what the resource holds with the reference; order does not matter."""
        pairs, missing, extra = self._paired(resource, reference, found, patterns)
        self.entries += max(len(reference), len(found))
        for entry in found if patterns else ():
            fields = _leaves(entry.content or entry.identity)  # messages have no content
            self.fields += len(fields)
            self.left += sum(not _ignoring(resource, path, patterns) for path in fields)
        for expected, actual in pairs:
            if changes := self._changes(resource, expected, actual, patterns):
                self._differ(kind, resource, expected, "; ".join(changes), actual)
        for entry in missing:
            self._differ(kind, resource, entry, MISSING)
        known = {_without_varying(resource, entry.identity, patterns) for entry in reference}
        for entry in extra:
            is_copy = _without_varying(resource, entry.identity, patterns) in known
            if is_copy and kind in AT_LEAST_ONCE:
                self.copies += 1
            else:
                self._differ(kind, resource, entry, AGAIN if is_copy else ADDED)

    def _differ(
        self,
        kind: str,
        resource: str,
        entry: StateEntry,
        text: str,
        found: StateEntry | None = None,
    ) -> None:
        seen = (found or entry).identity
        self.differences.append(StateDifference(kind, resource, entry.identity, text, seen))

    def _paired(
        self,
        resource: str,
        reference: Sequence[StateEntry],
        found: Sequence[StateEntry],
        patterns: Sequence[str],
    ) -> tuple[list[tuple[StateEntry, StateEntry]], list[StateEntry], list[StateEntry]]:
        """Pairs of the same identity; then pairs that differ in what may vary.

        Of these, those of the same content come first, as entries with random keys are all alike.
        """

        def identity(entry: StateEntry) -> str:
            return _without_varying(resource, entry.identity, patterns)

        def whole(entry: StateEntry) -> str:
            return f"{identity(entry)} {_without_varying(resource, entry.content, patterns)}"

        pairs, missing, extra = _matched(reference, found, lambda entry: entry.identity)
        same, missing, extra = _matched(missing, extra, whole)
        alike, missing, extra = _matched(missing, extra, identity)
        self.varying += len(same) + len(alike)
        return [*pairs, *same, *alike], missing, extra

    def _changes(
        self, resource: str, expected: StateEntry, actual: StateEntry, patterns: Sequence[str]
    ) -> list[str]:
        if expected.content == actual.content:
            return []
        before, after = _leaves(expected.content), _leaves(actual.content)
        changes = []
        for path in sorted(before.keys() | after.keys()):
            one, other = before.get(path), after.get(path)
            if one == other:
                continue
            if pattern := _ignoring(resource, path, patterns):
                self.ignored[pattern] += 1
            elif one is not None and other is not None and _masked(one) == _masked(other):
                self.varying += 1
            else:
                changes.append(_change(path, one, other))
        return changes


def check_pattern(pattern: str) -> str:
    """The pattern, if it leaves anything to compare.

    Raises:
        UsageError: it matches every field.
    """
    if not pattern.strip("*?. "):
        raise UsageError(
            "a pattern of fields that may differ, such as '*.updated_at'",
            f"{pattern!r}, which matches every field",
            "name the fields",
        )
    return pattern


def _matched(
    reference: Sequence[StateEntry], found: Sequence[StateEntry], key: "Key"
) -> tuple[list[tuple[StateEntry, StateEntry]], list[StateEntry], list[StateEntry]]:
    """Pairs of equal keys in their order, and the rest of both."""
    waiting: dict[str, list[StateEntry]] = {}
    for entry in reference:
        waiting.setdefault(key(entry), []).append(entry)
    pairs, extra = [], []
    for entry in found:
        same = waiting.get(key(entry))
        if same:
            pairs.append((same.pop(0), entry))
        else:
            extra.append(entry)
    return pairs, [entry for entries in waiting.values() for entry in entries], extra


def _without_varying(resource: str, text: str, patterns: Sequence[str]) -> str:
    """The text without the leaves that a pattern names, and with what may vary masked."""
    leaves = {
        path: _masked(leaf)
        for path, leaf in _leaves(text).items()
        if not _ignoring(resource, path, patterns)
    }
    return json.dumps(leaves, sort_keys=True)


def _ignoring(resource: str, path: str, patterns: Sequence[str]) -> str | None:
    """The first pattern that names the field."""
    full = f"{resource}.{path}"
    return next((pattern for pattern in patterns if fnmatchcase(full, pattern)), None)


def _leaves(text: str) -> Leaves:
    try:
        value = json.loads(text)
    except ValueError:
        return {"": text}
    return dict(_walk(value, ""))


def _walk(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict() if SIGNED_BY in value and SIGNATURE in value:
            parts = {**value, SIGNATURE: PLACEHOLDER}.items()
        case dict():
            parts = value.items()
        case list():
            parts = dict(enumerate(value)).items()
        case _:
            yield path, json.dumps(value)
            return
    for name, part in parts:
        yield from _walk(part, f"{path}.{name}" if path else str(name))


def _masked(text: str) -> str:
    for pattern in VARYING:
        text = pattern.sub(PLACEHOLDER, text)
    return text


def _change(path: str, before: str | None, after: str | None) -> str:
    name = path or "content"
    if before is None:
        return f"{name} added: {_shortened(after or '')}"
    if after is None:
        return f"{name} missing: {_shortened(before)}"
    return f"{name} {_shortened(before)} became {_shortened(after)}"


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
