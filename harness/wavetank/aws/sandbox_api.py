"""The routes that only a sandbox has: deliver now, save now, set the clock, inject faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.aws.sandbox_http import ask_sandbox
from wavetank.core.errors import InfrastructureError


def pages_address(endpoint: str) -> str:
    """Where a sandbox shows itself to people."""
    return f"{endpoint}/_wavetank/"


@dataclass(frozen=True)
class SandboxControls:
    """The routes of Wavetank's plug-ins in the LocalStack at the endpoint."""

    endpoint: str

    def deliver_now(self) -> None:
        """Has every delivery stream deliver what it holds, whatever its buffering hints say.

        Raises:
            InfrastructureError: S3 took not all of it, or there are no such routes.
        """
        streams = self._ask("POST", "firehose/flush")
        failed = {name: state["last_error"] for name, state in streams.items() if state["attempts"]}
        if failed:
            raise InfrastructureError(
                "everything to be delivered", f"{failed}", "see ./wavetank logs"
            )

    def streams(self) -> dict[str, Any]:
        """What each delivery stream holds, and what became of its records."""
        return self._ask("GET", "firehose")

    def bucket(self, name: str) -> dict[str, Any]:
        """How many objects the bucket has, and its newest thousand, without listing all.

        Raises:
            InfrastructureError: there is no such bucket, or no answer.
        """
        return self._ask("GET", f"objects/{name}")

    def access_uses(self) -> list[dict[str, Any]] | None:
        """Which actions each role has used; None where policies are not enforced."""
        state = self._ask("GET", "access")
        return list(state["used"]) if state["enforced"] else None

    def isolation(self) -> dict[str, Any]:
        """How far functions are isolated: `level`, its `meaning`, why others were `refused`."""
        return self._ask("GET", "isolation")

    def save_snapshot(self) -> str | None:
        """Has what the sandbox holds saved; what went wrong, None where nothing did."""
        error: str | None = self._ask("POST", "snapshot")["error"]
        return error

    def localstack_version(self) -> str:
        """The version of the LocalStack that has these routes."""
        return str(ask_sandbox("GET", self.endpoint, "_localstack/health")["version"])

    def set_confirmed(self, subscription: str, *, confirmed: bool) -> None:
        """An address is taken to have confirmed its subscription, or not to have."""
        self._ask("POST", "confirmation", {"arn": subscription, "confirmed": confirmed})

    def move_clock(self, offset_seconds: float) -> None:
        """Set the clock of LocalStack that far from the host's."""
        self._ask("POST", "clock", {"offset_seconds": offset_seconds})

    def reset_clock(self) -> None:
        """Give it the host's time back."""
        self._ask("DELETE", "clock")

    def begin_fault(self, kind: str, entries: Mapping[str, object]) -> str:
        """Switch on a fault of the kind, until it is reverted; returns its id."""
        return str(self._ask("POST", "faults", {"kind": kind, **entries})["id"])

    def revert_fault(self, fault_id: str) -> dict[str, Any]:
        """Revert a fault that is switched on; returns it, with what it hit."""
        (fault,) = self._ask("DELETE", f"faults/{fault_id}")["reverted"]
        return dict(fault)

    def revert_faults(self) -> list[dict[str, Any]]:
        """Reverts every fault that is switched on in the live pages; returns them, newest first.

        Raises:
            InfrastructureError: one could not be reverted, or there are no such routes.
        """
        return list(self._ask("DELETE", "faults")["reverted"])

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return ask_sandbox(method, self.endpoint, f"_wavetank/{path}", body=body)
