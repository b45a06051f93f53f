"""Evaluates jq programs in a process of its own, which has nothing that a program could reach.

It runs as a script with the path of the jq library as its argument, and answers each line of JSON,
`{"program": ..., "text": ...}`, by another one: `{"found": ...}`, `{"error": ...}`, or `{}` if the
program has no output. A program that needs more than the limits below ends the process: jq has
neither a time-out nor a limit of its own. No file can be opened any more, so `import`, `include`
and `modulemeta` read nothing, and the environment is that of the process.
[jq 1.6 manual: modules, $ENV, env; setrlimit(2)]
"""

import json
import resource
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

CPU_SECONDS_MAX = 1
"""For each record; the kernel counts whole seconds, so it may be one more."""
MEMORY_BYTES_MAX = 512 * 1024 * 1024
ANSWER_CHARACTERS_MAX = 1024 * 1024
PROGRAMS_CACHED = 64


def main(library: str) -> None:
    """Answer requests until the input ends."""
    sys.path.append(str(Path(library).parent))
    import jq  # noqa: PLC0415 - found only by the path above

    compiled = lru_cache(PROGRAMS_CACHED)(jq.compile)
    _limit()
    for line in sys.stdin:
        _renew_time()
        sys.stdout.write(_answer(compiled, json.loads(line)) + "\n")
        sys.stdout.flush()


def _limit() -> None:
    if sys.platform == "linux":  # macOS refuses a limit below what the process has reserved
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
        resource.setrlimit(nothing, (0, 0))


def _renew_time() -> None:
    """Let the process use the processor for so long from now on, or be ended by the kernel."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = int(usage.ru_utime + usage.ru_stime) + 1 + CPU_SECONDS_MAX
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _answer(compiled: Any, request: dict[str, str]) -> str:
    try:
        program = compiled(request["program"])
        found = {"found": program.input_text(request["text"]).first()} if "text" in request else {}
        answer = json.dumps(found)
    except StopIteration:
        return "{}"
    except (ValueError, RecursionError, MemoryError) as error:
        return json.dumps({"error": str(error) or type(error).__name__})
    if len(answer) > ANSWER_CHARACTERS_MAX:
        return json.dumps({"error": f"the result has more than {ANSWER_CHARACTERS_MAX} characters"})
    return answer


if __name__ == "__main__":
    main(sys.argv[1])
