"""The text of an alert without what differs between two runs of the same scenario.

The text contains the record of the failure as Lambda sends it to a destination. The tick that the
alert is about is read from the record; the time of the failure and all ids are masked. Their format
stays, so that a time without milliseconds is still a different text.
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
class NormalizedAlert:
    """An alert's text without values that differ between runs.

    `due` is its tick, empty if the text names none.
    """

    due: str
    text: str


def normalize_alert(text: str) -> NormalizedAlert:
    """Read the alert's text."""
    record = failure_record(text)
    given_up, payload = record.get("timestamp"), record.get(PAYLOAD)
    if isinstance(given_up, str) and given_up:
        text = text.replace(given_up, re.sub(r"\d", "0", given_up))
    due = payload.get("time") if isinstance(payload, dict) else None
    return NormalizedAlert(due if isinstance(due, str) else "", UUID.sub("<id>", text))


def failure_record(text: str) -> Mapping[str, Any]:
    """The record that Lambda sent to the destination; empty if the text does not contain one."""
    index = text.find("{")
    while index >= 0:
        try:
            found, _ = DECODER.raw_decode(text, index)
        except (RecursionError, ValueError):
            found = None
        if isinstance(found, dict) and CONTEXT in found:
            return found
        index = text.find("{", index + 1)
    return {}
