"""The ticker's pipeline as a value."""

import pickle
from pathlib import Path

from wavetank.core.naming import derive_names
from wavetank.deployment.custom_handler import read_own_handler
from wavetank.deployment.pipelines.ticker import TickerPipeline

NAMES = derive_names("Dora", "Explorer")
ORIGINAL = Path("tests/handlers/original/streaming.py")
SHIPPED = TickerPipeline(project_folder=Path(), names=NAMES, addresses=())
OWN = TickerPipeline(
    project_folder=Path(), names=NAMES, addresses=(), handler=read_own_handler(ORIGINAL, NAMES)
)


def test_the_options_tell_whose_handler_it_is() -> None:
    """Whoever is told the command can run the same pipeline."""
    assert "--handler" not in SHIPPED.options()
    assert OWN.options()["--handler"] == str(ORIGINAL)


def test_the_pipeline_can_be_handed_to_another_process() -> None:
    """With the script in it, so that no process reads another state of the file."""
    assert pickle.loads(pickle.dumps(OWN)) == OWN  # noqa: S301 - made here


def test_the_same_is_judged_of_either_handler() -> None:
    """By the same names, in the same order; only the measure differs."""
    own, shipped = ([i.name for i in p.invariants()] for p in (OWN, SHIPPED))
    assert own == shipped
