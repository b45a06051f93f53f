"""An alert as another run of the same story would have it.

Its text holds, somewhere, the record of the failure as Lambda hands it to a destination; from there
come the tick that it is about, and what to leave out: when it was given up, and ids. Their form
stays, so that a time without its milliseconds is still another text.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
DECODER = json.JSONDecoder()
CONTEXT, PAYLOAD = "requestContext", "requestPayload"


@dataclass(frozen=True)
class Notice:
    """What of the alert is the story's; `due` is empty where no tick is to be found in it."""

    due: str
    text: str


def notice(text: str) -> Notice:
    """Reads the alert."""
    record = failure_record(text)
    given_up, payload = record.get("timestamp"), record.get(PAYLOAD)
    if isinstance(given_up, str) and given_up:
        text = text.replace(given_up, re.sub(r"\d", "0", given_up))
    due = payload.get("time") if isinstance(payload, dict) else None
    return Notice(due if isinstance(due, str) else "", UUID.sub("<id>", text))


def failure_record(text: str) -> Mapping[str, Any]:
    """What Lambda told the destination of the failure; empty where the text does not hold it."""
    place = text.find("{")
    while place >= 0:
        try:
            found, _ = DECODER.raw_decode(text, place)
        except (RecursionError, ValueError):
            found = None
        if isinstance(found, dict) and CONTEXT in found:
            return found
        place = text.find("{", place + 1)
    return {}
