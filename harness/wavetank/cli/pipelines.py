"""Which pipeline a command puts into the tank, as its options choose it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wavetank.cli.options import (
    DEFAULT_NAME,
    DEFAULT_NAME_PREFIX,
    DEFAULT_STREAM_CASE,
    person_of,
)
from wavetank.errors import UsageError
from wavetank.naming import StreamNameCase, derive_names
from wavetank.pipelines.pipeline import Pipeline
from wavetank.pipelines.ticker import TickerPipeline
from wavetank.settings import read_settings
from wavetank.stack.own_handler import read_own_handler

READERS = ("alerts@example.com", "reader@example.com")
"""Of the alerts: two, so that one can be unconfirmed while the other is told."""


@dataclass(frozen=True, kw_only=True)
class PipelineChoice:
    """The options, as they were typed or as a saved run has them."""

    name: str = DEFAULT_NAME
    surname: str | None = None
    prefix: str = DEFAULT_NAME_PREFIX
    stream_name_case: StreamNameCase = DEFAULT_STREAM_CASE
    record_format: str = "ndjson"
    handler: Path | None = None

    def pipeline(self) -> Pipeline:
        """The pipeline that is meant.

        Raises:
            UsageError: there is none such.
        """
        names = derive_names(
            *person_of(self.name, self.surname),
            prefix=self.prefix,
            stream_name_case=self.stream_name_case,
        )
        return TickerPipeline(
            project_folder=read_settings().project_folder,
            names=names,
            addresses=READERS,
            record_format=self.record_format,
            handler=None if self.handler is None else read_own_handler(self.handler, names),
            chosen_by=tuple(self._unusual().items()),
        )

    def _unusual(self) -> dict[str, str]:
        """The options of the names that are not as they usually are."""
        options = {"--name": self.name}
        if self.surname is not None:
            options["--surname"] = self.surname
        if self.prefix != DEFAULT_NAME_PREFIX:
            options["--prefix"] = self.prefix
        if self.stream_name_case is not DEFAULT_STREAM_CASE:
            options["--stream-name-case"] = self.stream_name_case.value
        return options


def choice_of(options: Mapping[str, str]) -> PipelineChoice:
    """The choice that a saved run was made with.

    Raises:
        UsageError: this version knows no such options.
    """
    left = dict(options)
    handler = left.pop("--handler", None)
    choice = PipelineChoice(
        name=left.pop("--name", DEFAULT_NAME),
        surname=left.pop("--surname", None),
        prefix=left.pop("--prefix", DEFAULT_NAME_PREFIX),
        stream_name_case=StreamNameCase(left.pop("--stream-name-case", DEFAULT_STREAM_CASE)),
        record_format=left.pop("--record-format", "ndjson"),
        handler=Path(handler) if handler else None,
    )
    if left:
        expected = "a run of a pipeline that this version can deploy"
        raise UsageError(expected, f"options {', '.join(sorted(left))}", "run its scenario again")
    return choice
