"""Which pipeline a command puts into the tank, as its options choose it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wavetank.cli.options import DEFAULT_NAME, person_of
from wavetank.errors import UsageError
from wavetank.naming import derive_names
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
    record_format: str = "ndjson"
    handler: Path | None = None

    def pipeline(self) -> Pipeline:
        """The pipeline that is meant.

        Raises:
            UsageError: there is none such.
        """
        names = derive_names(*person_of(self.name, None))
        return TickerPipeline(
            project_folder=read_settings().project_folder,
            names=names,
            addresses=READERS,
            record_format=self.record_format,
            handler=None if self.handler is None else read_own_handler(self.handler, names),
        )


def choice_of(options: Mapping[str, str]) -> PipelineChoice:
    """The choice that a saved run was made with.

    Raises:
        UsageError: this version knows no such options.
    """
    known = {"--name", "--record-format", "--handler"}
    if unknown := sorted(options.keys() - known):
        expected = "a run of a pipeline that this version can deploy"
        raise UsageError(expected, f"options {', '.join(unknown)}", "run its scenario again")
    handler = options.get("--handler")
    return PipelineChoice(
        name=options["--name"],
        record_format=options["--record-format"],
        handler=Path(handler) if handler else None,
    )
