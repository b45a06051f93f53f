"""Decides which hosts a request may be addressed to.

A site can resolve its own name to 127.0.0.1 (DNS rebinding): the browser then treats the sandbox as
that site, and sends no other origin. Only the Host header reveals it. So the allowed names are
those that no site can have: of loopback (RFC 6761 6.3), of LocalStack, of the Compose service, and
what the user adds. Addresses cannot be rebound, so those of this host or container are allowed:
functions and other containers reach a sandbox by them. If a port is published on another host's
address, only the user knows it, and adds it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

LOOPBACK_NAME = "localhost"
LOCALSTACK_NAME = "localhost.localstack.cloud"
"""Resolves to 127.0.0.1, with all its subdomains, in LocalStack's public zone."""
COMPOSE_SERVICE = "localstack"

type OwnAddresses = Callable[[], Collection[str]]


@dataclass(frozen=True)
class HostPolicy:
    """The hosts that a sandbox answers for, by name (with subdomains) or by address.

    `allowed` is what the user adds: a name, an address, or `.name` for a name and its subdomains.
    """

    localstack_host: str
    allowed: tuple[str, ...] = ()
    own_addresses: OwnAddresses = tuple

    def is_ours(self, host: str) -> bool:
        """Whether a request to the host, in lower case and without its port, is answered."""
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
