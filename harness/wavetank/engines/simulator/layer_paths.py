"""Refuses absolute paths of layers: in this process /opt is the host's own, as on no AWS account.

What a handler imports is found by its folder instead. Reading files, listing folders and starting
programs below /opt are refused; that a path exists is asked without an event, so it cannot be seen.
[Python: audit_events]
"""

import os
import sys
from collections.abc import Callable
from functools import cache

from wavetank.core.errors import UsageError
from wavetank.core.http_types import UnsupportedCall
from wavetank.emulator.lambda_.runtimes import OPT

EVENTS = frozenset({"open", "os.listdir", "os.scandir", "subprocess.Popen"})
"""The audited events whose first argument is a path."""


@cache
def refuse_layer_paths(has_layers: Callable[[], bool]) -> None:
    """Refuse them from now on while `has_layers` says that a function with layers is running.

    It stays for the life of the process, because Python has no way to remove it; so it is called
    only once a function has layers.
    """
    own = tuple(f"{path}/" for path in (sys.prefix, sys.base_prefix, *sys.path) if path)

    def check(event: str, arguments: tuple[object, ...]) -> None:
        if event not in EVENTS or not arguments or not has_layers():
            return
        path = arguments[0]
        if not isinstance(path, str | bytes | os.PathLike):
            return
        text = os.fsdecode(path)
        if (text == OPT or text.startswith(f"{OPT}/")) and not text.startswith(own):
            raise _unsupported(text)

    sys.addaudithook(check)


def _unsupported(path: str) -> UnsupportedCall:
    return UnsupportedCall(
        UsageError(
            "a handler that imports what its layers have",
            f"one that uses the path {path}",
            "run it on --engine embedded, where layers are at /opt",
        )
    )
