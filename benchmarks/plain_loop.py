"""The plain loop: calls a handler with one event after the other, in a separate process.

    python -I benchmarks/plain_loop.py FOLDER MODULE.FUNCTION

The handler reads its settings from this process's environment, as on Lambda, and its package from
the folder. Each line on standard input is a JSON list of events; for each line one is written, with
the milliseconds of each call and the handler's answer. An error ends the process, with its
traceback on standard error.
"""

import importlib
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

from wavetank.core.clock import Clock, WallClock

type Handler = Callable[[object, None], object]


def main(folder: str, handler: str) -> None:
    """Answers lines until the end of input; the handler's own output goes to standard error."""
    sys.path.insert(0, folder)
    module, _, name = handler.rpartition(".")
    loaded = importlib.import_module(module)  # noqa: TID251 - the handler is an argument
    function = getattr(loaded, name)
    answers, clock = sys.stdout, WallClock()
    with redirect_stdout(sys.stderr):
        for line in sys.stdin:
            calls = [_call(function, event, clock) for event in json.loads(line)]
            answers.write(json.dumps(calls) + "\n")
            answers.flush()


def _call(function: Handler, event: object, clock: Clock) -> dict[str, object]:
    begun = clock.monotonic()
    answer = function(event, None)
    return {"milliseconds": (clock.monotonic() - begun) * 1000, "answer": answer}


if __name__ == "__main__":
    main(*sys.argv[1:])
