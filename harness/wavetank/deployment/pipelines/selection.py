"""The pipeline that a command simulates, selected by its options or by those of a saved run."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wavetank.configuration.project import STACK_NAME, Configuration, stack_name_form
from wavetank.core.errors import UsageError
from wavetank.core.naming import (
    DEFAULT_NAME,
    DEFAULT_PREFIX,
    DEFAULT_STREAM_CASE,
    StreamNameCase,
    derive_names,
    person_of,
)
from wavetank.core.settings import read_settings
from wavetank.deployment.custom_handler import read_custom_handler
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.ticker import TickerPipeline
from wavetank.deployment.pipelines.user_pipeline import (
    DEFAULT_STACK,
    TemplatesPipeline,
    parse_parameters,
)

READERS = ("alerts@example.com", "reader@example.com")
"""Addresses that receive the alerts; two, so that one can be unconfirmed."""


@dataclass(frozen=True, kw_only=True)
class PipelineChoice:
    """The command-line options that select a pipeline, as typed or as saved with a run."""

    name: str = DEFAULT_NAME
    surname: str | None = None
    prefix: str = DEFAULT_PREFIX
    stream_name_case: StreamNameCase = DEFAULT_STREAM_CASE
    record_format: str = "ndjson"
    handler: Path | None = None
    storage: Path | None = None
    template: Path | None = None
    code: Path | None = None
    overrides: str | None = None
    seed_data: Path | None = None
    may_differ: tuple[str, ...] = ()
    layers: tuple[tuple[str, Path], ...] = ()

    def in_project(self, configuration: Configuration | None) -> "PipelineChoice":
        """With the values of the project's `wavetank.toml` where no option gives another.

        An option for another pipeline, `--template` or `--handler`, leaves nothing of the file.
        """
        if configuration is None or self.template is not None or self.handler is not None:
            return self
        parameters = dict(configuration.parameters) | dict(parse_parameters(self.overrides or ""))
        return replace(
            self,
            name=self.name if self.name != DEFAULT_NAME else configuration.name,
            template=configuration.template,
            storage=self.storage or configuration.storage,
            code=self.code or configuration.code,
            seed_data=configuration.seed_data,
            may_differ=configuration.may_differ,
            layers=configuration.layers,
            overrides=_as_overrides(parameters),
        )

    def pipeline(self) -> Pipeline:
        """The pipeline of these options.

        Raises:
            UsageError: they contradict each other, or select no valid pipeline.
        """
        templates = self.templates()
        if templates is not None:
            return templates
        self.refuse_of_templates()
        names = derive_names(
            *person_of(self.name, self.surname),
            prefix=self.prefix,
            stream_name_case=self.stream_name_case,
        )
        return TickerPipeline(
            shipped_folder=read_settings().shipped_folder,
            names=names,
            addresses=READERS,
            record_format=self.record_format,
            handler=None if self.handler is None else read_custom_handler(self.handler, names),
            chosen_by=tuple(self._unusual().items()),
        )

    def templates(self, *, simulated: bool = True) -> TemplatesPipeline | None:
        """The pipeline of the user's templates; None if the options select the ticker's.

        `simulated` is whether the simulator must support their resources.

        Raises:
            UsageError: as for `pipeline`.
        """
        pipeline = self.unchecked_templates()
        if pipeline is not None:
            pipeline.check(simulated=simulated)
        return pipeline

    def unchecked_templates(self) -> TemplatesPipeline | None:
        """As `templates`, but the files may have mistakes.

        Raises:
            UsageError: the options contradict each other.
        """
        template = self.template
        if template is None:
            return None
        if self.handler is not None:
            action = "leave one out: the template has its own handlers"
            raise UsageError("--handler or --template", "both", action)
        name = self.name if self.name != DEFAULT_NAME else DEFAULT_STACK
        if not STACK_NAME.fullmatch(name):
            raise UsageError(stack_name_form(), repr(name), "correct --name")
        return TemplatesPipeline(
            template=template,
            storage=self.storage,
            code=self.code,
            parameters=parse_parameters(self.overrides or ""),
            name=name,
            seed_data=self.seed_data,
            may_differ=self.may_differ,
            layers=self.layers,
        )

    def refuse_of_templates(self) -> None:
        """Refuse what belongs to a template, where none is selected.

        Raises:
            UsageError: such an option was given.
        """
        for option, value in self._of_templates().items():
            raise UsageError(
                "--template too", f"{option} {value}", "give the template that has the rules"
            )

    def _of_templates(self) -> dict[str, object]:
        options = {
            "--storage": self.storage,
            "--code": self.code,
            "--parameter-overrides": self.overrides,
        }
        return {name: value for name, value in options.items() if value is not None}

    def refuse_of_ticker(self, addresses: Sequence[str] | None) -> None:
        """Refuse what only the ticker's pipeline has, where templates are selected.

        Raises:
            UsageError: such an option was given.
        """
        options = self._unusual() | {
            "--record-format": self.record_format if self.record_format != "ndjson" else "",
            "--email": " ".join(addresses or ()),
        }
        for option, value in options.items():
            if value and option != "--name":
                expected = f"{option} without --template and wavetank.toml"
                raise UsageError(expected, value, "leave it out: the template decides")

    def _unusual(self) -> dict[str, str]:
        """The options of the names, with those that differ from their defaults."""
        options = {"--name": self.name}
        if self.surname is not None:
            options["--surname"] = self.surname
        if self.prefix != DEFAULT_PREFIX:
            options["--prefix"] = self.prefix
        if self.stream_name_case is not DEFAULT_STREAM_CASE:
            options["--stream-name-case"] = self.stream_name_case.value
        return options


def ticker_pipeline(**options: str | Path) -> Pipeline:
    """The ticker's pipeline, for the fixture `wavetank_pipeline` of a test.

    `options` are those of `run` that select it, such as `handler="streaming.py"` for another
    streaming function, or `name="Ada Lovelace"`.

    Raises:
        UsageError: an option is unknown, or cannot be used.
    """
    if "template" in options:
        action = "use TemplatesPipeline(template=...)"
        raise UsageError("options of the ticker", "template", action)
    written = {f"--{name.replace('_', '-')}": str(value) for name, value in options.items()}
    return choice_of(written).pipeline()


def choice_of(options: Mapping[str, str]) -> PipelineChoice:
    """The choice that a saved run was made with; the inverse of `Pipeline.options`.

    Raises:
        UsageError: this version does not know one of the options.
    """
    remaining = dict(options)
    choice = PipelineChoice(
        name=remaining.pop("--name", DEFAULT_NAME),
        surname=remaining.pop("--surname", None),
        prefix=remaining.pop("--prefix", DEFAULT_PREFIX),
        stream_name_case=StreamNameCase(remaining.pop("--stream-name-case", DEFAULT_STREAM_CASE)),
        record_format=remaining.pop("--record-format", "ndjson"),
        handler=_path(remaining.pop("--handler", None)),
        storage=_path(remaining.pop("--storage", None)),
        template=_path(remaining.pop("--template", None)),
        code=_path(remaining.pop("--code", None)),
        overrides=remaining.pop("--parameter-overrides", None),
        seed_data=_path(remaining.pop("--seed-data", None)),
        may_differ=tuple(remaining.pop("--may-differ", "").split()),
        layers=tuple(
            (arn, Path(path)) for arn, path in parse_parameters(remaining.pop("--layers", ""))
        ),
    )
    if remaining:
        expected = "a run of a pipeline that this version can deploy"
        raise UsageError(
            expected, f"options {', '.join(sorted(remaining))}", "run its scenario again"
        )
    return choice


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _as_overrides(parameters: Mapping[str, str]) -> str | None:
    return shlex.join(f"{name}={value}" for name, value in parameters.items()) or None
