"""`os.environ` by thread: the process's environment, or that of the handler in this thread.

A handler reads its configuration from the environment, and the SDK its credentials; several
handlers run in one process, each in a thread of its own.
"""

import os
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from wavetank.emulator.patches import patch_of


class ThreadedEnvironment(MutableMapping[str, str]):
    """Replaces `os.environ`; it is the process's environment in threads without a handler."""

    def __init__(self, process: MutableMapping[str, str]) -> None:
        self._process = process
        self._local = threading.local()

    def enter(self, variables: MutableMapping[str, str]) -> None:
        """Use these variables in this thread from now on."""
        self._local.variables = variables

    def leave(self) -> None:
        """Use the process's variables in this thread again."""
        del self._local.variables

    def __getitem__(self, name: str) -> str:
        return self._current()[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._current()[name] = value

    def __delitem__(self, name: str) -> None:
        del self._current()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._current())

    def __len__(self) -> int:
        return len(self._current())

    def copy(self) -> dict[str, str]:
        """Like `os.environ`."""
        return dict(self._current())

    def _current(self) -> MutableMapping[str, str]:
        found: MutableMapping[str, str] = getattr(self._local, "variables", self._process)
        return found


def install() -> ThreadedEnvironment:
    """Replace `os.environ`, once for the life of the process."""
    current: Any = os.environ
    if isinstance(current, ThreadedEnvironment):
        return current
    environment = ThreadedEnvironment(os.environ)
    patch_of("os:environ").apply(environment)
    return environment


PROXIES = frozenset({"ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"})
NO_ACCOUNT = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "BOTO_CONFIG": os.devnull,
}
"""Variables that keep the SDK from finding an account: empty files, and no metadata service."""


@contextmanager
def without_aws_configuration() -> Iterator[None]:
    """Hide the host's AWS accounts, profiles, endpoints and proxies from the SDK in the body.

    LocalStack makes sessions in many places, with the process's environment, and would fail for a
    profile that does not exist. Tests cannot reach a real account by accident meanwhile.
    """
    hidden = {name: value for name, value in os.environ.items() if _is_of_host(name)}
    for name in hidden:
        del os.environ[name]
    os.environ.update(NO_ACCOUNT)
    try:
        yield
    finally:
        for name in NO_ACCOUNT:
            os.environ.pop(name, None)
        os.environ.update(hidden)


def _is_of_host(name: str) -> bool:
    return name.startswith("AWS_") or name.upper() in PROXIES or name == "BOTO_CONFIG"


def become(variables: dict[str, str]) -> None:
    """Set variables of the process, for LocalStack, which reads them when it is imported."""
    os.environ.update(variables)
