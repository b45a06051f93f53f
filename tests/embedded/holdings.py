"""Snapshots that hold much, made without the weeks that it takes to deliver so much."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.shell import DEFAULT
from wavetank.emulator.snapshot.file import SnapshotContents, SnapshotFile, SnapshotObject
from wavetank.emulator.sns.messages import notification

BEGAN = datetime(2026, 10, 1, tzinfo=UTC)
BASE = "http://127.0.0.1:4566"
RECORD = (
    b'{"ticker_symbol": "SP500", "price": 100.25, "event_time": "2026-10-01T00:00:00.000Z"}\n' * 20
)


def _key(number: int) -> str:
    at = BEGAN + timedelta(minutes=number)
    return f"{at:%Y/%m/%d/%H}/stream-1-{at:%Y-%m-%d-%H-%M-%S}-{number:032x}"


def fill_snapshot(state: Path, objects: int, messages: int) -> None:
    """Writes a snapshot of the default pipeline into the state folder."""
    times = {_key(number): BEGAN + timedelta(minutes=number) for number in range(objects)}
    mails = [
        notification(
            f"message-{number}",
            BEGAN + timedelta(minutes=number),
            "alerts@example.com",
            f"Failure of {number}",
            f"Error: the {number}th\nRequest: {number:032x}\n" + "More to read.\n" * 20,
            f"{BASE}/?Action=Unsubscribe&number={number}",
            f"arn:aws:sns:eu-west-1:000000000000:{DEFAULT.topic}",
        )
        for number in range(messages)
    ]
    file = SnapshotFile(state / "sandbox" / "snapshot.db")
    file.prepare(BEGAN)
    file.save(
        SnapshotContents(
            items={},
            batches={},
            buckets={DEFAULT.bucket: dict.fromkeys(times, "1")},
            messages=[{"id": mail.id, "text": mail.text} for mail in mails],
            subscriptions=[],
            read=lambda _, key: SnapshotObject(
                key=key, body=RECORD, modified=times[key], metadata={"user": {}, "system": {}}
            ),
        )
    )
