"""A report's contents from a history: one pass, in memory that does not grow with the run."""

import shlex
from collections.abc import Iterable

from wavetank.core.errors import UsageError
from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import plan_from_json
from wavetank.history import Event, RunBegan, RunEnded, TruncatedHistory, read_history
from wavetank.reporting.report.anomalies import Remarks
from wavetank.reporting.report.faults import Faults
from wavetank.reporting.report.lanes import Alerts, AttemptLanes, Ticks
from wavetank.reporting.report.marks import Bins
from wavetank.reporting.report.model import Report, Story, SuggestedCommand, worst_first
from wavetank.reporting.report.prices import Prices
from wavetank.reporting.report.records import Records
from wavetank.reporting.report.time_format import full
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.run_store import RunSummary, SavedRun

OF_THE_STORY = frozenset({"horizon", "plan", "told"})
"""What a history's options say besides the options that choose its pipeline."""


def report_of_run(saved: SavedRun) -> Report:
    """The report of a saved run; of one that was broken off, as far as it came.

    Raises:
        UsageError: its files are not as a run is saved.
    """
    scenario = load_scenario(str(saved.scenario), saved.folder)
    summary = saved.summary() if saved.is_finished else None
    events = read_history(saved.history)
    return report_of(events, saved.folder.name, scenario.description, summary)


def report_of(
    events: Iterable[Event], run: str, description: str, summary: RunSummary | None
) -> Report:
    """The report of a history; `summary` is what came of the run, None where nothing did.

    Raises:
        UsageError: it does not begin as a run does.
    """
    coming = iter(events)
    began = next(coming, None)
    if not isinstance(began, RunBegan):
        raise UsageError("a run's beginning", type(began).__name__, "run its scenario again")
    gathering = _Gathering(began)
    for event in coming:
        gathering.observe(event)
    return gathering.report(run, description, summary)


class _Gathering:
    """All that takes in the history."""

    def __init__(self, began: RunBegan) -> None:
        self._began = began
        bins = Bins(began.at, began.until)
        self._prices = Prices(bins)
        self._records = Records(bins, self._prices)
        self._faults, self._remarks = Faults(bins), Remarks()
        self._ticks, self._attempts, self._alerts = Ticks(bins), AttemptLanes(bins), Alerts(bins)
        self._last = began.at
        self._ended = False
        self._cut_at: int | None = None
        self._events = 1

    def observe(self, event: Event) -> None:
        self._events += not isinstance(event, TruncatedHistory)
        self._last = max(self._last, event.at)
        self._ended |= isinstance(event, RunEnded)
        if isinstance(event, TruncatedHistory):
            self._cut_at = event.line
        for part in (
            self._ticks,
            self._attempts,
            self._records,
            self._alerts,
            self._faults,
            self._remarks,
        ):
            part.observe(event)

    def report(self, run: str, description: str, summary: RunSummary | None) -> Report:
        for text in self._records.waiting():
            self._prices.lose(text)
        plan = self._began.options.get("plan")
        return Report(
            run=run,
            story=_story(self._began, description, summary),
            began=self._began.at,
            ended=self._last,
            events=self._events,
            interruption=self._interruption(summary),
            digest=summary.digest if summary else "",
            findings=worst_first(summary.findings) if summary else (),
            faults=self._faults.seen(plan_from_json(plan) if plan else FaultPlan()),
            lanes=tuple(
                lane
                for part in (self._ticks, self._attempts, self._records, self._alerts)
                for lane in part.lanes()
            ),
            remarks=self._remarks.remarks(),
            remarks_more=self._remarks.more,
            walks=self._prices.walks(),
            walks_more=self._prices.is_cut,
            records=self._records.figures(),
            commands=tuple(_commands(run, finished=summary is not None)),
        )

    def _interruption(self, summary: RunSummary | None) -> str:
        where = f"at {full(self._last)}"
        if self._cut_at is not None:
            return f"The history breaks off {where}, in line {self._cut_at}."
        if not self._ended:
            return f"The history breaks off {where}, before the run's end."
        return "" if summary else "The run came to its end, and was stopped before it was judged."


def _story(began: RunBegan, description: str, summary: RunSummary | None) -> Story:
    options = {name: text for name, text in began.options.items() if name not in OF_THE_STORY}
    return Story(
        name=began.scenario,
        description=description,
        engine=summary.engine.value if summary else "",
        seed=began.seed,
        by_hand="told" in began.options,
        rules=tuple(f"{rule.name} {rule.expression}" for rule in began.rules),
        options=options,
        versions={"wavetank": began.version, **(summary.versions if summary else {})},
        code=dict(sorted(began.code.items())),
        template=began.template,
    )


def _commands(run: str, *, finished: bool) -> Iterable[SuggestedCommand]:
    """What can be done with a run of that name; one that was broken off can only be shown."""
    name = shlex.quote(run)
    if finished:
        yield SuggestedCommand("play it again", f"./wavetank replay {name}")
        yield SuggestedCommand("check its invariants again", f"./wavetank replay {name} --check")
    yield SuggestedCommand("write this report anew", f"./wavetank report {name}")
