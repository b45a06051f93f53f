"""The faults over HTTP, for programs.

`GET /_wavetank/faults` returns each kind with its parameters, and the active faults;
`POST {"kind": "api-error", "call": "dynamodb:Scan"}` injects one, `DELETE` reverts all, and
`DELETE /_wavetank/faults/ID` one.
"""

from collections.abc import Iterable
from dataclasses import asdict
from http import HTTPStatus

from localstack.http import Request, Response, route

from wavetank.console.responses import as_json, body_of, with_json_errors
from wavetank.core.clock import Clock
from wavetank.core.text import last_part
from wavetank.emulator.fault_injection import FaultInterception, SandboxResources
from wavetank.emulator.iam_enforcement.role_grants import grants_of_role
from wavetank.emulator.sns.confirmation import confirmed_subscriptions
from wavetank.emulator.stack_index import (
    BUCKET,
    FUNCTION,
    ROLE,
    RULE,
    STREAM,
    TOPIC,
    DeployedStack,
)
from wavetank.emulator.stacks import deployed_stacks
from wavetank.faults.parameters import DeployedNames
from wavetank.faults.references import Resource
from wavetank.faults.switches import FaultSwitches


def fault_switches(clock: Clock) -> FaultSwitches:
    """The switches of this LocalStack."""
    return FaultSwitches(SandboxResources(), deployed_names, FaultInterception(clock).start, clock)


def deployed_names() -> DeployedNames:
    """What is deployed in all stacks, by type, and the actions that its roles are allowed."""
    stacks = deployed_stacks()
    roles = sorted(name for stack in stacks for name in stack.of(ROLE))
    topics = {name for stack in stacks for name in stack.of(TOPIC)}
    sources = [name for kind in (BUCKET, RULE, TOPIC) for name in _names(stacks, kind)]
    return {
        Resource.ACTION: sorted({grant.action for role in roles for grant in grants_of_role(role)}),
        Resource.ASYNC_SOURCE: sorted(map(last_part, sources)),
        Resource.FUNCTION: _names(stacks, FUNCTION),
        Resource.ROLE: roles,
        Resource.RULE: [last_part(rule) for rule in _names(stacks, RULE)],
        Resource.STREAM: _names(stacks, STREAM),
        Resource.SUBSCRIPTION: confirmed_subscriptions(topics),
    }


def _names(stacks: Iterable[DeployedStack], kind: str) -> list[str]:
    return sorted(name for stack in stacks for name in stack.of(kind))


class FaultRoutes:
    """JSON routes that list, inject and revert faults in a running sandbox."""

    def __init__(self, switches: FaultSwitches) -> None:
        self._switches = switches

    @route("/_wavetank/faults", methods=["GET"])
    @with_json_errors
    def on_get(self, _: Request, **__: object) -> Response:
        """Returns each kind with its parameters, and the active faults."""
        switches = self._switches.switches()
        return as_json({"faults": [asdict(switch) for switch in switches]})

    @route("/_wavetank/faults", methods=["POST"])
    @with_json_errors
    def on_post(self, request: Request, **_: object) -> Response:
        """Switches a fault on."""
        body = dict(body_of(request))
        fault = self._switches.begin(str(body.pop("kind", "")), body)
        return as_json(asdict(fault), HTTPStatus.CREATED)

    @route("/_wavetank/faults", methods=["DELETE"])
    @with_json_errors
    def on_delete_all(self, _: Request, **__: object) -> Response:
        """Reverts every active fault."""
        return as_json({"reverted": [asdict(fault) for fault in self._switches.revert_all()]})

    @route("/_wavetank/faults/<fault_id>", methods=["DELETE"])
    @with_json_errors
    def on_delete(self, _: Request, fault_id: str, **__: object) -> Response:
        """Reverts one fault."""
        return as_json({"reverted": [asdict(self._switches.revert(fault_id))]})
