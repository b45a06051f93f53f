"""Deploys again whenever a file changes: the code of changed functions alone, or the stacks.

Files are compared by time and size several times a second. That works on every file system, also
where a container or a network share sends no notifications, and needs no library.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from wavetank.aws.clients import AwsClients, BotoCoreError, ClientError
from wavetank.core.clock import Clock
from wavetank.core.errors import WavetankError
from wavetank.core.lambda_package import files_of_source
from wavetank.core.reporter import Reporter
from wavetank.deployment.pipelines.sandbox_deployment import (
    AppliedChanges,
    SandboxDeployment,
    changed_code,
)
from wavetank.deployment.pipelines.stack_deployment import UserStack
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.templates.sam_build import BUILD, TEMPLATE
from wavetank.templates.table_items import Item

POLL_SECONDS = 0.25
QUIET_SECONDS = 0.05
"""How long files must stay unchanged: an editor, or git, writes several one after the other."""

type Seen = dict[Path, tuple[int, int]]
"""Time of the last change in nanoseconds and size in bytes, by file."""


class WatchedDeployment(Protocol):
    """Interface of a pipeline that `deploy --watch` deploys again and again."""

    def files(self) -> Iterable[Path]:
        """The files and folders that it is made of."""
        ...

    def deploy(self) -> str:
        """Deploys what has changed; returns what that was, empty if nothing."""
        ...


class TemplatesWatch:
    """A pipeline of templates for `deploy --watch`; `read` reads its options each time.

    `others` are files beside the templates and code, such as `wavetank.toml`.
    """

    def __init__(
        self,
        read: Callable[[], TemplatesPipeline],
        aws: AwsClients,
        clock: Clock,
        others: tuple[Path, ...] = (),
    ) -> None:
        self._read = read
        self._aws = aws
        self._clock = clock
        self._others = others
        self._files: frozenset[Path] = frozenset(others)
        self._deployed: _Deployed | None = None

    def files(self) -> Iterable[Path]:
        """Those of the last templates that could be read."""
        return self._files

    def deploy(self) -> str:
        """Deploys the code of changed functions, or the stacks if anything else has changed."""
        pipeline = self._read()
        self._files |= {pipeline.template, *([pipeline.storage] if pipeline.storage else [])}
        files = frozenset(pipeline.files())
        self._files |= files
        checked = pipeline.check(simulated=False)
        self._files = frozenset([*self._others, *files, *_files_of(pipeline, checked)])
        before, self._deployed = self._deployed, None  # until it has succeeded
        wanted = _Deployed(pipeline, checked, list(pipeline.first_items()))
        changes = self._changes(before, wanted)
        self._deployed = wanted
        text = changes.text()
        changed = [] if text == AppliedChanges().text() else [text]
        return "; ".join([*changed, *changes.notes()])

    def _changes(self, before: "_Deployed | None", wanted: "_Deployed") -> AppliedChanges:
        deployment = SandboxDeployment(wanted.pipeline, self._aws, self._clock)
        if before is not None and replace(before, stacks=wanted.stacks) == wanted:
            code = changed_code(before.stacks, wanted.stacks)
            if code is not None:
                return AppliedChanges(code=deployment.update_code(code))
        return deployment.deploy(wanted.stacks)


@dataclass(frozen=True)
class _Deployed:
    """What was deployed last: the pipeline, its checked stacks, and its tables' first items."""

    pipeline: TemplatesPipeline
    stacks: list[UserStack]
    first_items: list[tuple[str, str, list[Item]]]


def watch_files(deployment: WatchedDeployment, clock: Clock, reporter: Reporter) -> None:
    """Deploys now, and again after each change, until a signal raises an exception.

    An error of a deployment is one line; the next change is deployed all the same.
    """
    reports = _Reports(clock, reporter)
    seen = _seen(deployment.files())
    reports.deploy(deployment)
    reporter.note("watching for changes; Ctrl-C ends it")
    while True:
        # Files that a deployment read for the first time are no change; those that changed
        # meanwhile are.
        seen = {**_seen(deployment.files()), **seen}
        clock.sleep(POLL_SECONDS)
        if (found := _seen(deployment.files())) != seen:
            seen = _settled(deployment, found, clock)
            reports.deploy(deployment)


class _Reports:
    """One line for each deployment; an error that repeats itself is shown once."""

    def __init__(self, clock: Clock, reporter: Reporter) -> None:
        self._clock = clock
        self._reporter = reporter
        self._error = ""

    def deploy(self, deployment: WatchedDeployment) -> None:
        begun = self._clock.monotonic()
        try:
            changed = deployment.deploy()
        except (WavetankError, ClientError, BotoCoreError, OSError) as error:
            self._fail(" ".join(str(error).split()))
            return
        self._error = ""
        if changed:
            self._succeed(changed, self._clock.monotonic() - begun)

    def _fail(self, error: str) -> None:
        if error != self._error:
            self._error = error
            self._reporter.say(f"{self._clock.now():%H:%M:%S}  not deployed: {error}")
            self._reporter.emit("not-deployed", error=error)

    def _succeed(self, changed: str, seconds: float) -> None:
        line = f"{self._clock.now():%H:%M:%S}  deployed in {seconds:.1f} s: {changed}"
        self._reporter.say(line)
        self._reporter.emit("deployed", changed=changed, seconds=round(seconds, 3))


def _settled(deployment: WatchedDeployment, found: Seen, clock: Clock) -> Seen:
    while True:
        clock.sleep(QUIET_SECONDS)
        again = _seen(deployment.files())
        if again == found:
            return found
        found = again


def _seen(places: Iterable[Path]) -> Seen:
    """The existing files; one that is replaced at this moment is seen with the next poll."""
    found = {}
    for path in _each_file(places):
        try:
            status = path.stat()
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def _each_file(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from files_of_source(place)
        else:
            yield place


def _files_of(pipeline: TemplatesPipeline, checked: list[UserStack]) -> Iterator[Path]:
    for stack in checked:
        yield from stack.files()
    for template in (pipeline.template, pipeline.storage):
        if template is not None:
            yield template.absolute().parent.joinpath(*BUILD, TEMPLATE)
