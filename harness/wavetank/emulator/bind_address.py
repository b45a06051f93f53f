"""Binds LocalStack's server to the address in `GATEWAY_LISTEN` only.

Its server takes the port of `GATEWAY_LISTEN` and ignores the address: anyone who could reach the
host could run code in it. The server also refuses to listen without the HTTP guard: LocalStack only
logs that a plug-in could not be loaded, and would start with its API open to every web page. It
refuses as well if a patch was rejected: LocalStack would only log that it could not load the
service. [LocalStack 4.14: runtime/server/twisted.py, where an IPv4 endpoint gets no interface]
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
def bind_to_configured_address() -> None:
    """Replace the server's registration before it starts to listen, after these hooks have run.

    In virtual time there is no server, and loading its code would take a good part of a second.
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
        for endpoint in listen:
            with _on_interface(endpoint.host):
                stock(runtime_server, gateway, [endpoint], ssl_creds)

    patch.apply(register)


def _on_interface(host: str) -> AbstractContextManager[None]:
    """Bind every endpoint that the server makes in the body to this address."""
    patch = patch_of("localstack.runtime.server.twisted:endpoints")
    endpoints = patch.original()
    return patch.replaced(
        SimpleNamespace(
            TCP4ServerEndpoint=partial(endpoints.TCP4ServerEndpoint, interface=host),
            TCP6ServerEndpoint=endpoints.TCP6ServerEndpoint,
        )
    )
