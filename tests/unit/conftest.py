"""Unit tests are of one module in memory: who opens a socket fails."""

import pytest
from pytest_socket import disable_socket


@pytest.fixture(autouse=True)
def no_sockets() -> None:
    """Lets no test reach the network, LocalStack or Docker; pytest-socket undoes it afterwards."""
    disable_socket()
