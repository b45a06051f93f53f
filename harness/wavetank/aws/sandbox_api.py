"""What only a sandbox can be told: deliver now, save now, have another time."""

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

    def fail_entries(self, stream: str, entries: list[int]) -> None:
        """Plans which entries of the stream's next batch fail."""
        self._ask("POST", "firehose/failures", {"stream": stream, "entries": entries})

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
        """Has all of LocalStack believe in another time."""
        self._ask("POST", "clock", {"offset_seconds": offset_seconds})

    def heal_clock(self) -> None:
        """Gives it the machine's time back."""
        self._ask("DELETE", "clock")

    def revert_faults(self) -> list[dict[str, Any]]:
        """Reverts every fault that is switched on in the live pages; returns them, newest first.

        Raises:
            InfrastructureError: one could not be reverted, or there are no such routes.
        """
        return list(self._ask("DELETE", "faults")["healed"])

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return ask_sandbox(method, self.endpoint, f"_wavetank/{path}", body=body)
