"""`import`: dead letters, objects and logs of an incident, scrubbed, as a scenario."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from wavetank.aws.clients import AwsClients
from wavetank.aws.target import TargetKind
from wavetank.cli.options import (
    CodeOption,
    DebugOption,
    EndpointOption,
    JsonOption,
    OverridesOption,
    StorageOption,
    TemplateOption,
)
from wavetank.cli.output import Output
from wavetank.cli.targets import (
    AccountOption,
    ProfileOption,
    TargetOption,
    YesOption,
    confirm,
    open_target,
)
from wavetank.configuration.project import project_configuration
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.private_files import private_file, users_umask
from wavetank.core.settings import read_settings
from wavetank.core.text import short_path
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.incidents.exported import LINES_LEFT_OUT, Exported
from wavetank.incidents.importing import SUMMARY, Imported, import_events
from wavetank.incidents.personal_data import PersonalKeys
from wavetank.incidents.scrubbing import Scrubber, ScrubCounts
from wavetank.incidents.sources import read_bucket, read_log_group, read_path, read_queue
from wavetank.incidents.targets import ImportTarget, ImportTargets
from wavetank.scenario.loader import SUFFIX
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.templates.references import TemplateScope

KEY_BYTES = 32
COMMENT = """\
Imported from {sources}.
Personal data of a known form or key were replaced: read the file before you share it."""
QUESTION = (
    "Its events are read and written to a file. Messages that are read are hidden for a minute."
)

QueueOption = Annotated[
    str | None,
    typer.Option("--queue", metavar="NAME", help="Read the messages of this dead-letter queue."),
]
LogGroupOption = Annotated[
    str | None,
    typer.Option("--log-group", metavar="NAME", help="Read the events in this log group's lines."),
]
BucketOption = Annotated[
    str | None, typer.Option("--bucket", metavar="NAME", help="Read the objects of this bucket.")
]
FilterOption = Annotated[
    str | None,
    typer.Option(
        "--filter-pattern", metavar="PATTERN", help="With --log-group: only lines that match it."
    ),
]
PrefixOption = Annotated[
    str | None,
    typer.Option("--prefix", metavar="KEY", help="With --bucket: only keys that begin so."),
]
ToOption = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="RESOURCE",
        help="Resource of the template that gets the events. Default: the one that each was for.",
    ),
]
OutputOption = Annotated[
    Path, typer.Option("--output", metavar="FILE.toml", help="The scenario file to write.")
]
ScrubOption = Annotated[
    list[str] | None,
    typer.Option("--scrub", metavar="KEY", help="Replace values of this key too; can be repeated."),
]
KeepOption = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="KEY", help="Keep values of this key; can be repeated."),
]
KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="Secret key of the pseudonyms, created if there is none: imports with one key give "
        "equal values equal pseudonyms. Default: a new key, which is not kept.",
    ),
]
UnscrubbedOption = Annotated[
    bool,
    typer.Option(
        "--allow-unscrubbed", help="Import what cannot be scrubbed, such as binary, as it is."
    ),
]


@dataclass(frozen=True)
class DirectSource:
    """What is read from a target where no files are named."""

    queue: str | None
    log_group: str | None
    bucket: str | None
    filter_pattern: str | None
    prefix: str | None

    @property
    def names(self) -> list[str]:
        """What was given."""
        return [name for name in (self.queue, self.log_group, self.bucket) if name is not None]

    @property
    def name(self) -> str:
        """The name of the only one that was given."""
        return self.names[0]

    def read(self, aws: AwsClients, *, any_object: bool) -> Exported:
        """The events of it."""
        if self.queue is not None:
            return read_queue(aws, self.queue)
        if self.bucket is not None:
            return read_bucket(aws, self.bucket, self.prefix)
        return read_log_group(aws, self.name, self.filter_pattern, any_object=any_object)


def import_incident(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE|FOLDER]...",
            help="Output of aws sqs receive-message or aws logs filter-log-events, records of "
            "failed invocations, events of EventBridge, or objects copied by aws s3 cp.",
        ),
    ] = None,
    *,
    output_file: OutputOption = Path("incident.toml"),
    to: ToOption = None,
    queue: QueueOption = None,
    log_group: LogGroupOption = None,
    filter_pattern: FilterOption = None,
    bucket: BucketOption = None,
    prefix: PrefixOption = None,
    scrub: ScrubOption = None,
    keep: KeepOption = None,
    key_file: KeyFileOption = None,
    allow_unscrubbed: UnscrubbedOption = False,
    target: TargetOption = TargetKind.LOCAL,
    endpoint: EndpointOption = None,
    profile: ProfileOption = None,
    account: AccountOption = None,
    yes: YesOption = False,
    storage: StorageOption = None,
    template: TemplateOption = None,
    code: CodeOption = None,
    overrides: OverridesOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Write a scenario that sends the events of an incident again, scrubbed, at their times.

    Reads files, or with --queue, --log-group or --bucket the running sandbox or an AWS account, in
    which nothing is changed. E-mail addresses, phone numbers, IP addresses, access keys, account
    numbers and values of keys such as name or password are replaced by pseudonyms of the same
    form: equal values stay equal. Run the scenario with ./wavetank run FILE.toml.
    """
    output = Output(as_json=as_json)
    direct = DirectSource(queue, log_group, bucket, filter_pattern, prefix)
    _check(files or [], direct, output_file)
    choice = PipelineChoice(storage=storage, template=template, code=code, overrides=overrides)
    targets = ImportTargets(_scopes(choice.in_project(project_configuration())))
    chosen = targets.named(to) if to is not None else None
    if files:
        exported = _read_files(files, chosen)
    else:
        place = open_target(target, endpoint, profile, account)
        confirm(place, direct.name, QUESTION, output, yes=yes)
        with output.waiting(f"reading {direct.name}"):
            exported = direct.read(place.aws, any_object=chosen is not None)
    keys = PersonalKeys(more=frozenset(scrub or ()), fewer=frozenset(keep or ()))
    scrubber = Scrubber(_key(key_file), keys, allow_unscrubbed=allow_unscrubbed)
    made = import_events(output_file.stem, exported.events, targets, scrubber, chosen)
    sources = ", ".join(map(str, files or direct.names))
    _write(output_file, scenario_to_toml(made.scenario, COMMENT.format(sources=sources)))
    if exported.lines_left_out:
        made.left_out[LINES_LEFT_OUT] = exported.lines_left_out
    _report(made, scrubber.counts, output_file, output)


def _check(files: list[Path], direct: DirectSource, output_file: Path) -> None:
    """Refuse what cannot be read together or written, before anything is read."""
    given = ["files", *direct.names] if files else direct.names
    if len(given) != 1:
        expected = "one source: files, --queue, --log-group or --bucket"
        raise UsageError(expected, " and ".join(given) or "none", "name one of them")
    if output_file.suffix != SUFFIX:
        raise UsageError(f"a {SUFFIX} file", str(output_file), "correct --output")
    if output_file.exists():
        found = f"{output_file}, which exists"
        raise UsageError("a new file to write", found, "name another with --output, or move it")


def _scopes(choice: PipelineChoice) -> Iterator[TemplateScope]:
    """The templates of the user's pipeline; without one the ticker's."""
    shipped = read_settings().shipped_folder / "init"
    ticker = TemplatesPipeline(template=shipped / "pipeline.yaml", storage=shipped / "storage.yaml")
    return (choice.unchecked_templates() or ticker).scopes()


def _read_files(files: list[Path], chosen: ImportTarget | None) -> Exported:
    as_objects = chosen is not None and chosen.kind == "put-object"
    found = [
        read_path(path, as_objects=as_objects, any_object=chosen is not None) for path in files
    ]
    events = tuple(event for each in found for event in each.events)
    return Exported(events, sum(each.lines_left_out for each in found))


def _key(file: Path | None) -> bytes:
    """The key in the file, which is created for its owner alone; without a file a new one."""
    if file is None:
        return secrets.token_bytes(KEY_BYTES)
    try:
        if not file.exists():
            private_file(file)
            file.write_bytes(secrets.token_bytes(KEY_BYTES))
        key = file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"to read or create {file}", reason, "correct --key-file") from error
    if len(key) < KEY_BYTES:
        expected = f"a key of at least {KEY_BYTES} bytes in {file}"
        raise UsageError(expected, f"{len(key)} bytes", "delete it: a new one is created")
    return key


def _write(file: Path, text: str) -> None:
    try:
        with users_umask():
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        action = "choose another file with --output"
        raise InfrastructureError(f"to write {file}", reason, action) from error


def _report(made: Imported, counts: ScrubCounts, file: Path, output: Output) -> None:
    scenario = made.scenario
    output.emit(
        "imported",
        file=str(file),
        events=len(scenario.workloads),
        scrubbed={kind.value: found.total() for kind, found in counts.values.items()},
        keys=sorted(counts.keys),
        unscrubbed=counts.unscrubbed,
        left_out=dict(made.left_out),
    )
    output.say(f"wrote {short_path(file)}: {scenario.description.removeprefix(SUMMARY)}")
    for line in counts.lines() or ["no personal data of a known form or key"]:
        output.say(f"scrubbed  {line}")
    for line in counts.unscrubbed:
        output.say(f"unscrubbed  {line}")
    for part, count in made.left_out.items():
        output.say(f"left out  {part}: {count}")
    output.say(f"run it with: ./wavetank run {short_path(file)}")
