"""Two saved runs are compared, from handwritten histories."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline import NOON
from tests.sample_histories import calm, only, without
from wavetank.cli.output import Output
from wavetank.cli.output.comparison import show_comparison
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.history import Event, HistoryWriter, MessageSent, RunBegan, TableSnapshot
from wavetank.invariants.unobservable import MANUAL_OPTIONS
from wavetank.reporting.comparison import compare_runs, load_run
from wavetank.scenario.run_store import RunStore, RunSummary, SavedRun

SCENARIO = 'description = "A scenario"\nhorizon = "1h"\n'
BROKEN = f'{SCENARIO}\n[[fault]]\nkind = "broken-deployment"\nafter = "10m"\nlasts = "10m"\n'
HISTORY = calm(3, failing={2})
SILENCE = Finding("no silence", Verdict.VALID, "3 requests", "no-silent-failure")
STREAM = Finding("nothing lost", Verdict.VALID, "60 records", "conservation")

type Save = Callable[..., SavedRun]


def _by_hand(events: Iterable[Event], **changes: Any) -> list[Event]:
    began, *others = events
    assert isinstance(began, RunBegan)
    return [replace(began, options=dict(MANUAL_OPTIONS), **changes), *others]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Saves a run; by default the simulator's, by its schedule."""
    store = RunStore(tmp_path / "runs")

    def made(
        events: Iterable[Event] = HISTORY,
        scenario: str = SCENARIO,
        findings: tuple[Finding, ...] = (SILENCE, STREAM),
        **changes: Any,
    ) -> SavedRun:
        run = store.new("mixed", 1, scenario)
        with HistoryWriter(run.history) as writer:
            for event in events:
                writer.write(event)
            summary = RunSummary(
                scenario="mixed",
                seed=1,
                digest=writer.digest,
                pipeline={"--name": "Dora Explorer"},
                version="0.1.0",
                findings=findings,
            )
        run.finish(replace(summary, **changes))
        return run

    return made


def _compared(one: SavedRun, other: SavedRun) -> tuple[ExitCode, list[str]]:
    """The code, and what differs, by its kind and name."""
    found = compare_runs(load_run(one), load_run(other))
    requirements = [r.one.key for r in found.requirements if not r.equal]
    ledger = [f"{difference.group} {difference.what}" for difference in found.differences]
    return show_comparison(found, Output(as_json=True)), [*requirements, *ledger]


def test_a_run_equals_itself(save: Save) -> None:
    """Whatever its seed and its engine."""
    assert _compared(save(), save(seed=2)) == (ExitCode.VALID, [])


def test_another_verdict_is_a_difference(save: Save) -> None:
    """Unknown is another one too."""
    for verdict in (Verdict.INVALID, Verdict.UNKNOWN):
        other = save(findings=(replace(SILENCE, verdict=verdict), STREAM))
        assert _compared(save(), other) == (ExitCode.BROKEN, ["no-silent-failure"])


def test_an_invariant_that_one_run_did_not_exercise_is_not_compared(save: Save) -> None:
    """It shows nothing about the pipeline."""
    other = save(findings=(replace(SILENCE, verdict=Verdict.NOT_EXERCISED), STREAM))
    assert _compared(save(), other) == (ExitCode.VALID, [])


def test_other_evidence_is_no_difference(save: Save) -> None:
    """Evidence has numbers of its run; both are shown."""
    other = save(findings=(replace(SILENCE, evidence="4 requests"), STREAM))
    assert _compared(save(), other) == (ExitCode.VALID, [])


def test_results_are_compared_one_by_one(save: Save, capsys: pytest.CaptureFixture[str]) -> None:
    """An alert that one run lacks is named, with what the other has."""
    code, found = _compared(save(), save(without(HISTORY, MessageSent)))
    assert (code, found) == (ExitCode.BROKEN, ["alert to ada@example.com about no tick"])
    assert '"event": "difference"' in capsys.readouterr().out


def test_what_one_engine_cannot_observe_is_not_compared(
    save: Save, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason is shown; it is no difference."""
    open_one = replace(STREAM, verdict=Verdict.UNKNOWN, evidence="not checked")
    events = _by_hand(HISTORY)
    live = save(events, findings=(SILENCE, open_one), engine=EngineName.EMBEDDED)
    assert _compared(live, save(events)) == (ExitCode.VALID, [])
    out = capsys.readouterr().out
    assert "not checked on embedded, as which records Firehose accepted" in out


def test_runs_with_other_starts_are_compared_relative_to_them(save: Save) -> None:
    """Prices are then not compared, which a note says."""
    table = only(HISTORY, TableSnapshot)[0]
    items = tuple({**item, "Price": "1"} for item in table.items)
    cheaper = [replace(e, items=items) if e is table else e for e in HISTORY]
    found = compare_runs(load_run(save()), load_run(save(cheaper)))
    assert found.equal
    assert any("prices are not compared" in note for note in found.notes)
    later = [replace(HISTORY[0], at=NOON + timedelta(minutes=1)), *HISTORY[1:]]
    found = compare_runs(load_run(save()), load_run(save(later)))
    assert not found.equal  # its ticks come a minute sooner after its beginning


def test_other_code_is_noted(save: Save) -> None:
    """It may be the cause of a difference, and is no difference itself."""
    began, *others = HISTORY
    assert isinstance(began, RunBegan)
    changed = [replace(began, code={**began.code, "streaming": "zz"}), *others]
    found = compare_runs(load_run(save()), load_run(save(changed)))
    assert "the code differs: streaming" in found.notes
    assert found.equal


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scenario": BROKEN}, "found two versions of one scenario"),
        ({"pipeline": {"--name": "Jan Jansen"}}, "expected two runs of one pipeline"),
        (
            {"events": _by_hand(HISTORY), "engine": EngineName.AWS},
            "run the first in the simulator too: ./wavetank replay mixed-1-2",
        ),
    ],
)
def test_runs_of_different_scenarios_are_refused(
    save: Save, changes: dict[str, Any], said: str
) -> None:
    """Another scenario, another pipeline, or a rule's ticks and ticks invoked by hand."""
    one, other = save(), save(**changes)
    with pytest.raises(UsageError) as raised:
        compare_runs(load_run(one), load_run(other))
    assert said in str(raised.value)


def test_an_interrupted_run_is_refused(save: Save) -> None:
    """It has no verdicts to compare."""
    run = save()
    (run.folder / "run.json").unlink()
    with pytest.raises(UsageError, match="it was interrupted"):
        load_run(run)


def test_a_run_without_a_recorded_engine_is_the_simulators(save: Save) -> None:
    """Older runs do not record an engine."""
    run = save()
    path = run.folder / "run.json"
    lines = path.read_text().splitlines()
    kept = [line for line in lines if '"engine"' not in line and '"versions"' not in line]
    path.write_text("\n".join(kept).replace("],\n}", "]\n}"))
    assert run.summary().engine is EngineName.SIMULATOR
    assert run.summary().versions == {}
