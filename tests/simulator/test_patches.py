"""A simulator does not start on a LocalStack that is another than its patches are made for."""

import sys

import pytest

from tests.rules.source import ROOT
from tests.shell import finish

CHANGED = """
from {module} import {owner}
{owner}.{attribute} = lambda self, other, more: None
from wavetank.core.errors import InfrastructureError
from wavetank.emulator.in_process.service_loading import load_services
from wavetank.engines.simulator.startup import simulator
try:
    with simulator() as made:
        load_services(made.aws)
except InfrastructureError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("module", "owner", "attribute"),
    [
        ("rolo.response", "Response", "update_from"),
        ("moto.sts.models", "AssumedRole", "__init__"),
        ("moto.dynamodb.models.dynamo_type", "DynamoType", "size"),
    ],
)
def test_no_simulator_on_another_signature(module: str, owner: str, attribute: str) -> None:
    """Of the gateway's, and of a service's, whose errors LocalStack only logs."""
    script = CHANGED.format(module=module, owner=owner, attribute=attribute)
    done = finish([sys.executable, "-W", "ignore", "-c", script], ROOT)
    assert done.code == 0, done.err
    assert done.out.startswith(f"expected {module}:{owner}.{attribute}: ")
    assert "; found (self, other, more), in version " in done.out
