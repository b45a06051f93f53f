"""Property tests are pure: no sockets, no deadline, and in CI the same examples every time."""

import os

import pytest
from hypothesis import settings
from pytest_socket import disable_socket

settings.register_profile(
    "wavetank",
    deadline=None,  # a busy machine is not a counter-example
    derandomize="CI" in os.environ,  # noqa: TID251 - in CI, every run draws the same examples
    print_blob=True,  # so that a failure seen anywhere can be replayed here
)
settings.load_profile("wavetank")


@pytest.fixture(autouse=True)
def no_sockets() -> None:
    """Lets no test reach the network, LocalStack or Docker; pytest-socket undoes it afterwards."""
    disable_socket()
