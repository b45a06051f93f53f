"""What counts as a difference between two end states."""

import json

import pytest

from wavetank.core.errors import UsageError
from wavetank.history import StateEntry
from wavetank.invariants.state_comparison import StateComparison, check_pattern


def compared(
    reference: list[StateEntry], found: list[StateEntry], *patterns: str, kind: str = "table"
) -> StateComparison:
    """The comparison of a resource `Orders`."""
    comparison = StateComparison()
    comparison.compare(kind, "Orders", reference, found, patterns)
    return comparison


def item(key: str, **attributes: object) -> StateEntry:
    """An item of a table."""
    return StateEntry(json.dumps({"id": key}), json.dumps(attributes))


def texts(comparison: StateComparison) -> list[str]:
    """The differences, as evidence has them."""
    return [str(each) for each in comparison.differences]


def test_a_changed_field_is_named_with_both_values() -> None:
    """Nested fields by their path."""
    comparison = compared([item("7", total="20", by={"who": "a"})], [item("7", total="40", by={})])
    assert texts(comparison) == [
        'table Orders {"id": "7"}: by.who missing: "a"; total "20" became "40"'
    ]


def test_missing_and_added_entries_are_told_apart() -> None:
    """An object whose key differs by an instant alone is one more than there should be."""
    once, other = StateEntry("at/2030-01-01T00:00:00Z"), StateEntry("another")
    again = StateEntry("at/2030-01-01T00:01:00Z")
    comparison = compared([once, other], [once, again])
    assert texts(comparison) == [
        "table Orders another: missing",
        "table Orders at/2030-01-01T00:01:00Z: once more than without faults",
    ]
    assert texts(compared([], [other])) == ["table Orders another: added"]


@pytest.mark.parametrize("kind", ["queue", "topic", "stream"])
def test_a_copy_of_a_message_or_record_is_counted(kind: str) -> None:
    """Its consumers must expect one from AWS itself; another message they need not."""
    once, other = StateEntry("a mail"), StateEntry("another")
    comparison = StateComparison()
    comparison.compare(kind, "News", [once], [once, once], ())
    assert (comparison.differences, comparison.copies) == ([], 1)
    comparison.compare(kind, "News", [once], [once, other], ())
    assert texts(comparison) == [f"{kind} News another: added"]


def test_order_does_not_matter() -> None:
    """Neither of entries nor of the attributes in an item."""
    one, other = item("1", a="x", b="y"), item("2")
    assert not compared([one, other], [item("2"), item("1", b="y", a="x")]).differences


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2030-01-01T00:00:05Z", "2030-01-01T00:01:07.250Z"),
        ("at 2030-01-01 00:00:05", "at 2030-01-01 00:03:00"),
        (1893456005, 1893456065.5),
        ("1893456005000", "1893456065000"),
        (
            "order-5f0c1b1e-0d2c-4c3e-8a54-3c1f6f0a9b11",
            "order-9d0c1b1e-0d2c-4c3e-8a54-3c1f6f0a9b12",
        ),
    ],
)
def test_instants_and_random_ids_may_differ_and_are_counted(before: object, after: object) -> None:
    """A retry happens later, and draws ids anew."""
    comparison = compared([item("1", value=before)], [item("1", value=after)])
    assert not comparison.differences
    assert comparison.varying == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [(20, 40), ("2030-01-01", "none"), ("1.5", "1.6"), (None, "2030-01-01T00:00:00Z")],
)
def test_other_values_may_not(before: object, after: object) -> None:
    """A value that turned into an instant is another value."""
    assert compared([item("1", value=before)], [item("1", value=after)]).differences


def test_what_sns_sends_may_differ_in_its_signature() -> None:
    """It is that of a text with the instant, which a delay changes."""

    def notification(text: str, second: int, signature: str) -> StateEntry:
        sent = {"Message": text, "Timestamp": f"2030-01-01T00:00:0{second}.000Z"}
        signed = {"Signature": signature, "SigningCertURL": "https://sns.example.com/a.pem"}
        return StateEntry(json.dumps(sent | signed))

    before = [notification("one", 1, "p0iF"), notification("two", 1, "q1jG")]
    after = [notification("one", 2, "r2kH"), notification("two", 2, "s3lI")]
    comparison = compared(before, after, kind="queue")
    assert (texts(comparison), comparison.varying) == ([], 2)
    assert texts(compared([StateEntry('{"Signature": "a"}')], [StateEntry('{"Signature": "b"}')]))


def test_a_random_key_is_found_by_the_rest_of_it() -> None:
    """Objects whose keys have an instant are paired, and their content compared."""
    first = StateEntry("in/2030-01-01T00:00:05Z.json", '{"a": 1}')
    later = StateEntry("in/2030-01-01T00:01:05Z.json", '{"a": 2}')
    assert texts(compared([first], [later])) == [
        "table Orders in/2030-01-01T00:00:05Z.json: a 1 became 2"
    ]


def test_random_keys_are_paired_by_their_content() -> None:
    """Whatever the order of the keys is; content that has varying values itself is found, too."""
    keys = [f"{digit}d0c1b1e-0d2c-4c3e-8a54-3c1f6f0a9b12" for digit in range(4)]
    first, second = {"n": 1, "at": "2030-01-01"}, {"n": 2, "at": "2030-01-01"}
    later = {"n": 1, "at": "2030-01-02"}
    comparison = compared(
        [item(keys[0], **first), item(keys[1], **second)],
        [item(keys[2], **second), item(keys[3], **later)],
    )
    assert not comparison.differences
    ignored = compared([item(keys[0], n=1, seen=1)], [item(keys[1], n=1, seen=2)], "*.seen")
    assert not ignored.differences


def test_what_is_left_of_messages_is_counted() -> None:
    """They have no content beside their text, of which a pattern may name every field."""
    one, other = StateEntry('{"n": 1, "m": 1}'), StateEntry('{"n": 2, "m": 1}')
    assert (found := compared([one], [other], "Orders.*")).fields == 2
    assert found.left == 0
    assert compared([one], [other], "*.n").left == 1
    assert compared([StateEntry("a mail")], [StateEntry("another")], "Orders.*").left == 0


def test_ignored_fields_are_counted_by_their_pattern() -> None:
    """In items and in texts that are JSON themselves, such as messages."""
    comparison = compared(
        [item("1", seen=1), StateEntry('{"id": 1, "seen": 3}')],
        [item("1", seen=2), StateEntry('{"id": 1, "seen": 4}')],
        "*.seen",
    )
    assert not comparison.differences
    assert comparison.ignored["*.seen"] == 1
    assert compared([item("1", seen=1)], [item("1", seen=2)], "Other.seen").differences


@pytest.mark.parametrize("pattern", ["*", "*.*", "**", ""])
def test_a_pattern_of_everything_is_refused(pattern: str) -> None:
    """Nothing would be left to compare."""
    with pytest.raises(UsageError, match="matches every field"):
        check_pattern(pattern)
