"""Builds a report from a history in one pass, in memory that does not grow with the run."""

import shlex
from collections.abc import Iterable

from wavetank.core.errors import UsageError
from wavetank.core.installation import command_name
from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import plan_from_json
from wavetank.history import Event, RunBegan, RunEnded, TruncatedHistory, read_history
from wavetank.reporting.report.anomalies import Anomalies
from wavetank.reporting.report.faults import Faults
from wavetank.reporting.report.lanes import Alerts, AttemptLanes, Ticks
from wavetank.reporting.report.marks import Bins
from wavetank.reporting.report.model import Report, RunDetails, SuggestedCommand, worst_first
from wavetank.reporting.report.prices import Prices
from wavetank.reporting.report.records import Records
from wavetank.reporting.report.time_format import full
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.run_store import RunSummary, SavedRun

RUN_OPTIONS = frozenset({"horizon", "plan", "trigger"})
"""The options in a history other than those that select its pipeline."""


def report_of_run(saved: SavedRun) -> Report:
    """The report of a saved run; of an interrupted one, up to the interruption.

    Raises:
        UsageError: its files do not have the format of a saved run.
    """
    scenario = load_scenario(str(saved.scenario), saved.folder)
    summary = saved.summary() if saved.is_finished else None
    events = read_history(saved.history)
    return report_of(events, saved.folder.name, scenario.description, summary)


def report_of(
    events: Iterable[Event], run: str, description: str, summary: RunSummary | None
) -> Report:
    """The report of a history; `summary` has the results of the run, None if it was interrupted.

    Raises:
        UsageError: the history does not begin with a run's first event.
    """
    remaining = iter(events)
    began = next(remaining, None)
    if not isinstance(began, RunBegan):
        raise UsageError("the first event of a run", type(began).__name__, "run its scenario again")
    builder = _ReportBuilder(began)
    for event in remaining:
        builder.observe(event)
    return builder.report(run, description, summary)


class _ReportBuilder:
    """Processes the events of the history."""

    def __init__(self, began: RunBegan) -> None:
        self._began = began
        bins = Bins(began.at, began.until)
        self._prices = Prices(bins)
        self._records = Records(bins, self._prices)
        self._faults, self._anomalies = Faults(bins), Anomalies()
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
            self._anomalies,
        ):
            part.observe(event)

    def report(self, run: str, description: str, summary: RunSummary | None) -> Report:
        for text in self._records.waiting():
            self._prices.lose(text)
        plan = self._began.options.get("plan")
        return Report(
            run=run,
            details=_details(self._began, description, summary),
            began=self._began.at,
            ended=self._last,
            events=self._events,
            interruption=self._interruption(summary),
            digest=summary.digest if summary else "",
            findings=worst_first(summary.findings) if summary else (),
            faults=self._faults.reported(plan_from_json(plan) if plan else FaultPlan()),
            lanes=tuple(
                lane
                for part in (self._ticks, self._attempts, self._records, self._alerts)
                for lane in part.lanes()
            ),
            anomalies=self._anomalies.anomalies(),
            anomalies_more=self._anomalies.more,
            walks=self._prices.walks(),
            walks_more=self._prices.is_cut,
            records=self._records.figures(),
            commands=tuple(_commands(run, finished=summary is not None)),
        )

    def _interruption(self, summary: RunSummary | None) -> str:
        where = f"at {full(self._last)}"
        if self._cut_at is not None:
            return f"The history is truncated {where}, in line {self._cut_at}."
        if not self._ended:
            return f"The history ends {where}, before the end of the run."
        return (
            ""
            if summary
            else "The run ended, but was interrupted before its invariants were checked."
        )


def _details(began: RunBegan, description: str, summary: RunSummary | None) -> RunDetails:
    options = {name: text for name, text in began.options.items() if name not in RUN_OPTIONS}
    return RunDetails(
        name=began.scenario,
        description=description,
        engine=summary.engine.value if summary else "",
        seed=began.seed,
        is_manual="trigger" in began.options,
        rules=tuple(f"{rule.name} {rule.expression}" for rule in began.rules),
        options=options,
        versions={"wavetank": began.version, **(summary.versions if summary else {})},
        code=dict(sorted(began.code.items())),
        template=began.template,
    )


def _commands(run: str, *, finished: bool) -> Iterable[SuggestedCommand]:
    """Commands for the run of that name; an interrupted run only has its report."""
    name, wavetank = shlex.quote(run), command_name()
    if finished:
        yield SuggestedCommand("replay the run", f"{wavetank} replay {name}")
        yield SuggestedCommand("check its invariants again", f"{wavetank} replay {name} --check")
    yield SuggestedCommand("write this report again", f"{wavetank} report {name}")
