"""A run that stopped at one of its events: the event, and the state of that moment."""

import json

from wavetank.cli.output.console_output import Output
from wavetank.core.text import pluralize
from wavetank.history import EndState, encode
from wavetank.simulation.event_stop import StoppedRun

ENTRIES_MAX = 20
"""Of a resource, as text; `--json` has all."""
ENTRY_CHARACTERS_MAX = 300
NOUNS = {"table": "item", "bucket": "object", "stream": "record"}
MESSAGE = "message"


def show_stopped(stopped: StoppedRun, output: Output) -> None:
    """Shows the event, the attempts that run, and what each resource holds."""
    event = json.loads(encode(stopped.last.event))
    output.emit("stopped", number=stopped.last.number, of=event)
    output.say(f"stopped at event {stopped.last.number}:")
    output.verbatim(f"  {_shortened(encode(stopped.last.event))}")
    for attempt in stopped.running:
        output.emit("running", **vars(attempt))
        output.say(f"running: {attempt.function}, attempt {attempt.attempt} of {attempt.request}")
    for state in stopped.state:
        _show_state(state, output)


def _show_state(state: EndState, output: Output) -> None:
    entries = [vars(entry) for entry in state.entries]
    output.emit("state", kind=state.kind, resource=state.resource, entries=entries)
    if output.as_json:
        return
    noun = NOUNS.get(state.kind, MESSAGE)
    output.say(f"{state.kind} {state.resource}: {pluralize(len(entries), noun)}")
    for entry in state.entries[:ENTRIES_MAX]:
        output.verbatim(f"  {_shortened(f'{entry.identity} {entry.content}'.rstrip())}")
    more = len(entries) - ENTRIES_MAX
    if more > 0:
        output.say(f"  and {pluralize(more, f'more {noun}')}, which --json shows")


def _shortened(text: str) -> str:
    line = " ".join(text.splitlines())
    return line if len(line) <= ENTRY_CHARACTERS_MAX else f"{line[:ENTRY_CHARACTERS_MAX]}..."
