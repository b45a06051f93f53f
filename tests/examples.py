"""The projects of `examples/` that have a defect to put in, and copies of them with and without."""

from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

from tests.rules.source import ROOT
from tests.shell import finish
from wavetank.configuration.project import read_configuration
from wavetank.core.project import find_project
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline

WRITTEN = ("__pycache__", ".pytest_cache", ".ruff_cache", ".wavetank")
"""What commands and tests leave in a folder."""


@dataclass(frozen=True)
class Example:
    """A project of `examples/`.

    `scenario` is the one that shows the defect, with the faults to which a campaign shrinks, and
    `difference` is a part of what convergence says then.
    """

    name: str
    scenario: str
    difference: str

    def copy(self, folder: Path, *, defect: bool) -> Path:
        """A copy below the folder, to which `defect.diff` is applied or not."""
        made = folder / self.name
        copytree(ROOT / "examples" / self.name, made, ignore=ignore_patterns(*WRITTEN))
        if defect:
            applied = finish(["git", "apply", "defect.diff"], made)
            assert applied.code == 0, applied.err
        return made


EXAMPLES = {
    each.name: each
    for each in (
        Example("orders", "redelivery", "is not idempotent, its events were repeated: table Stock"),
        Example("files", "refused-records", 'stream Sales {"file": "shops/key-'),
    )
}


def pipeline_of(project: Path) -> TemplatesPipeline:
    """The pipeline that the `wavetank.toml` of the folder describes."""
    pipeline = PipelineChoice().in_project(read_configuration(find_project(project))).templates()
    assert pipeline is not None
    return pipeline
