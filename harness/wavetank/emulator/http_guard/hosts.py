"""Which hosts a request may be addressed to.

A site can make its own name lead to 127.0.0.1 (DNS rebinding): the browser then takes the sandbox
for that site, and tells no other origin. Only the Host header gives it away. So the names are those
that no site can have: of loopback (RFC 6761 6.3), of LocalStack, of the Compose service, and what
the user adds. Of addresses, which no name server can lead elsewhere, those of this machine or
container are enough: functions and other containers reach a sandbox by them. Where a port is
published on another machine's address, only the user knows it, and adds it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

LOOPBACK_NAME = "localhost"
LOCALSTACK_NAME = "localhost.localstack.cloud"
"""Resolves to 127.0.0.1, with all below it, in LocalStack's public zone."""
COMPOSE_SERVICE = "localstack"

type OwnAddresses = Callable[[], Collection[str]]


@dataclass(frozen=True)
class HostPolicy:
    """The hosts that are ours: by name, with everything below a name, or by address.

    `allowed` is what the user adds: a name, an address, or `.name` for all that is below a name.
    """

    localstack_host: str
    allowed: tuple[str, ...] = ()
    own_addresses: OwnAddresses = tuple

    def is_ours(self, host: str) -> bool:
        """Whether a request to the host, in small letters and without its port, is answered."""
        if host in self._names() or any(host.endswith(end) for end in self._endings()):
            return True
        address = _address(host)
        return address is not None and self._is_own(address)

    def _names(self) -> set[str]:
        return {
            LOOPBACK_NAME,
            LOCALSTACK_NAME,
            COMPOSE_SERVICE,
            self.localstack_host.lower(),
            *(name for name in self.allowed if not name.startswith(".")),
        }

    def _endings(self) -> list[str]:
        parents = (LOOPBACK_NAME, LOCALSTACK_NAME, self.localstack_host.lower())
        return [f".{name}" for name in parents] + [n for n in self.allowed if n.startswith(".")]

    def _is_own(self, address: IPv4Address | IPv6Address) -> bool:
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        plain = mapped or address
        return plain.is_loopback or str(plain) in self.own_addresses()


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
