"""The ticker's pipeline as a value."""

import pickle
from pathlib import Path

from wavetank.core.naming import derive_names
from wavetank.deployment.custom_handler import read_custom_handler
from wavetank.deployment.pipelines.ticker import TickerPipeline

NAMES = derive_names("Dora", "Explorer")
ORIGINAL = Path("tests/handlers/original/streaming.py")
SHIPPED = TickerPipeline(shipped_folder=Path(), names=NAMES, addresses=())
OWN = TickerPipeline(
    shipped_folder=Path(), names=NAMES, addresses=(), handler=read_custom_handler(ORIGINAL, NAMES)
)


def test_the_options_include_the_handler() -> None:
    """Who reads the command can repeat the same run."""
    assert "--handler" not in SHIPPED.options()
    assert OWN.options()["--handler"] == str(ORIGINAL)


def test_the_pipeline_can_be_handed_to_another_process() -> None:
    """It contains the script, so that a later change of the file has no effect."""
    assert pickle.loads(pickle.dumps(OWN)) == OWN  # noqa: S301 - made here


def test_shipped_and_custom_handler_have_their_invariants() -> None:
    """They have the same names in the same order; only the criteria differ."""
    own, shipped = ([i.name for i in p.invariants()] for p in (OWN, SHIPPED))
    assert own == shipped
