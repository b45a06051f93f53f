"""LocalStack listens where it is told to, and nowhere else.

Its server takes the port of `GATEWAY_LISTEN` and forgets the address: whoever could reach the
machine could run code in it. And it does not listen at all without the HTTP guard: LocalStack only
logs that a plug-in could not be loaded, and would come up with its API open to every web page. Nor
does it where a patch was refused: LocalStack would only log that it could not load the service.
[LocalStack 4.14: runtime/server/twisted.py, where an IPv4 endpoint gets no interface]
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from types import SimpleNamespace
from typing import Any

from localstack.runtime import hooks

from wavetank.core.patching import require_patches
from wavetank.emulator.patches import patch_of
from wavetank.emulator.settings import TimeChoice, read_emulator_settings


@hooks.on_infra_start()  # type: ignore[untyped-decorator]  # LocalStack's
def listen_where_told() -> None:
    """Before the server begins to listen, which it does once these hooks have run.

    In virtual time there is none, and loading it would take a good part of a second.
    """
    if read_emulator_settings().time is TimeChoice.VIRTUAL:
        return
    from wavetank.emulator.http_guard.handler import require_guard  # noqa: PLC0415 - as said above

    patch = patch_of("localstack.runtime.server.twisted:TwistedRuntimeServer.register")
    stock = patch.original()

    def register(
        runtime_server: Any, gateway: Any, listen: Sequence[Any], ssl_creds: Any = None
    ) -> None:
        require_guard(gateway)
        require_patches()
        for place in listen:
            with _on_interface(place.host):
                stock(runtime_server, gateway, [place], ssl_creds)

    patch.apply(register)


def _on_interface(host: str) -> AbstractContextManager[None]:
    """For the body, what the server makes of a port is for this address of the machine's alone."""
    patch = patch_of("localstack.runtime.server.twisted:endpoints")
    endpoints = patch.original()
    return patch.replaced(
        SimpleNamespace(
            TCP4ServerEndpoint=partial(endpoints.TCP4ServerEndpoint, interface=host),
            TCP6ServerEndpoint=endpoints.TCP6ServerEndpoint,
        )
    )
