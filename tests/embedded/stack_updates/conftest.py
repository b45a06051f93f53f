"""One sandbox for all tests of stacks."""

from collections.abc import Iterator

import pytest

from tests.fidelity.ground import Ground, ground
from wavetank.aws.clients import AwsClients


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """LocalStack with our plug-ins."""
    with ground(tmp_path_factory.mktemp("sandbox"), corrected=True) as made:
        yield made


@pytest.fixture(scope="package")
def aws(sandbox: Ground) -> AwsClients:
    """Clients of the sandbox."""
    return sandbox.aws
