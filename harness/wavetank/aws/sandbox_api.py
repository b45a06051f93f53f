"""The routes that only a sandbox has: deliver now, save now, set the clock, inject faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.aws.sandbox_http import request_sandbox
from wavetank.core.errors import InfrastructureError


def pages_address(endpoint: str) -> str:
    """The address of a sandbox's web pages."""
    return f"{endpoint}/_wavetank/"


@dataclass(frozen=True)
class SandboxControls:
    """Client of the HTTP routes that Wavetank's plug-ins add to a sandbox's LocalStack."""

    endpoint: str

    def deliver_now(self) -> None:
        """Deliver all undelivered records of every delivery stream, whatever its buffering hints.

        Raises:
            InfrastructureError: S3 refused some of them, or there are no such routes.
        """
        streams = self._request("POST", "firehose/flush")
        failed = {name: state["last_error"] for name, state in streams.items() if state["attempts"]}
        if failed:
            raise InfrastructureError(
                "everything to be delivered", f"{failed}", "see ./wavetank logs"
            )

    def streams(self) -> dict[str, Any]:
        """Each delivery stream's undelivered records and counts."""
        return self._request("GET", "firehose")

    def bucket(self, name: str) -> dict[str, Any]:
        """The number of the bucket's objects, and its newest thousand, without listing all.

        Raises:
            InfrastructureError: the bucket does not exist, or there is no answer.
        """
        return self._request("GET", f"objects/{name}")

    def attempts(self, since: str = "") -> dict[str, Any]:
        """The `attempts` of all functions after the cursor `since`, and the `next` cursor."""
        return self._request("GET", "attempts", parameters={"since": since})

    def access_uses(self) -> list[dict[str, Any]] | None:
        """The actions that each role has used; None if policies are not enforced."""
        state = self._request("GET", "access")
        return list(state["used"]) if state["enforced"] else None

    def isolation(self) -> dict[str, Any]:
        """How far functions are isolated: `level`, its `meaning`, why others were `refused`."""
        return self._request("GET", "isolation")

    def save_snapshot(self) -> str | None:
        """Save the sandbox's data; returns the error, None on success."""
        error: str | None = self._request("POST", "snapshot")["error"]
        return error

    def localstack_version(self) -> str:
        """The version of LocalStack."""
        return str(request_sandbox("GET", self.endpoint, "_localstack/health")["version"])

    def set_confirmed(self, subscription: str, *, confirmed: bool) -> None:
        """Mark an address as confirmed or not."""
        self._request("POST", "confirmation", {"arn": subscription, "confirmed": confirmed})

    def move_clock(self, offset_seconds: float) -> None:
        """Set the clock of LocalStack that far from the host's."""
        self._request("POST", "clock", {"offset_seconds": offset_seconds})

    def reset_clock(self) -> None:
        """Reset LocalStack's clock to the host's time."""
        self._request("DELETE", "clock")

    def begin_fault(self, kind: str, entries: Mapping[str, object]) -> str:
        """Switch on a fault of the kind, until it is reverted; returns its id."""
        return str(self._request("POST", "faults", {"kind": kind, **entries})["id"])

    def active_faults(self) -> list[dict[str, Any]]:
        """The active faults, kind by kind."""
        kinds = self._request("GET", "faults")["faults"]
        return [fault for kind in kinds for fault in kind["active"]]

    def revert_fault(self, fault_id: str) -> dict[str, Any]:
        """Revert an active fault; returns it, with what it hit."""
        (fault,) = self._request("DELETE", f"faults/{fault_id}")["reverted"]
        return dict(fault)

    def revert_faults(self) -> list[dict[str, Any]]:
        """Revert every fault that the web pages injected; returns them, newest first.

        Raises:
            InfrastructureError: one could not be reverted, or there are no such routes.
        """
        return list(self._request("DELETE", "faults")["reverted"])

    def _request(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        return request_sandbox(
            method, self.endpoint, f"_wavetank/{path}", body=body, parameters=parameters
        )
