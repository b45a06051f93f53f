"""The fidelity register is true, row by row, and the document is what the rows say."""

from collections.abc import Iterator

import pytest

from tests.fidelity.ground import Ground, ground
from tests.fidelity.recording import read_recording
from tests.fidelity.register import BEHAVIOURS, DOCUMENT, render
from tests.fidelity.row import Behaviour


@pytest.fixture(
    scope="module",
    params=[pytest.param(True, id="wavetank"), pytest.param(False, id="localstack")],
)
def observed_ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    """LocalStack with our plug-ins, and the same without them."""
    with ground(tmp_path_factory.mktemp("ground"), corrected=request.param) as made:
        yield made


@pytest.mark.parametrize("row", BEHAVIOURS, ids=lambda row: row.name)
def test_each_row_of_the_register_is_what_is_seen(observed_ground: Ground, row: Behaviour) -> None:
    """With the plug-ins what AWS documents, without them what the row says of LocalStack."""
    expected = row.aws if observed_ground.corrected else row.localstack
    assert row.observe(observed_ground) == expected


def test_the_register_says_what_aws_answered() -> None:
    """Each answer that an account gave, as far as any is recorded, is what the row says of AWS."""
    rows = {row.name: row.aws for row in BEHAVIOURS}
    recorded = {name: found.answer for name, found in read_recording().items()}
    assert recorded.items() <= rows.items()


def test_the_document_is_what_the_rows_say() -> None:
    """It shows what the tests observe."""
    assert DOCUMENT.read_text() == render(), "run: .venv/bin/python -m tests.fidelity.register"
