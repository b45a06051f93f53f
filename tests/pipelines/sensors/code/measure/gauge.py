"""What a gauge reads at an instant: a level that follows from the gauge and the time alone."""

import hashlib
import json

SWAY = 15
"""Centimetres, up and down, that the level is off its mean."""


def level(gauge: str, mean: int, time: str) -> int:
    """The level in centimetres; the same however often it is asked for."""
    drawn = hashlib.sha256(f"{gauge} {time}".encode()).digest()[0]
    return mean - SWAY + drawn % (2 * SWAY + 1)


def line(gauge: str, reading: int, time: str) -> bytes:
    """A reading as it is delivered."""
    return (json.dumps({"gauge": gauge, "level": reading, "time": time}) + "\n").encode()
