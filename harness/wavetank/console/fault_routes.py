"""The faults over HTTP, for programs.

`GET /_wavetank/faults` tells which kinds there are, what each can be told now, and which are on;
`POST {"kind": "api-error", "call": "dynamodb:Scan"}` switches one on, `DELETE` heals all, and
`DELETE /_wavetank/faults/ID` one.
"""

from dataclasses import asdict
from http import HTTPStatus

from localstack.http import Request, Response, route

from wavetank.console.responses import as_json, body_of, told
from wavetank.core.clock import Clock
from wavetank.emulator.clock import WRONG_CLOCK
from wavetank.emulator.live_faults import resources
from wavetank.emulator.live_faults.active_faults import Board
from wavetank.emulator.live_faults.calls import ApiErrorSwitch, ApiLatencySwitch, CallKeeper
from wavetank.emulator.live_faults.delivery import RefusingObserver, S3OutageSwitch
from wavetank.emulator.live_faults.machine import ClockOff
from wavetank.emulator.stacks import deployed_stacks


def make_board(clock: Clock) -> Board:
    """One with every kind."""
    keeper = CallKeeper(clock)
    return Board(
        (
            ApiErrorSwitch(keeper),
            ApiLatencySwitch(keeper),
            S3OutageSwitch(RefusingObserver()),
            resources.BrokenDeploymentSwitch(),
            resources.NoConcurrencySwitch(),
            resources.PermissionRemovedSwitch(),
            resources.RuleOffSwitch(),
            resources.UnconfirmedAddressSwitch(),
            ClockOff(WRONG_CLOCK),
        ),
        deployed_stacks,
        clock,
    )


class FaultRoutes:
    """The routes of one board."""

    def __init__(self, board: Board) -> None:
        self._board = board

    @route("/_wavetank/faults", methods=["GET"])
    @told
    def on_get(self, _: Request, **__: object) -> Response:
        """Tells which faults can be switched on, what each can be told, and which are on."""
        switches = self._board.switches()
        return as_json({"faults": [asdict(switch) for switch in switches]})

    @route("/_wavetank/faults", methods=["POST"])
    @told
    def on_post(self, request: Request, **_: object) -> Response:
        """Switches a fault on."""
        body = dict(body_of(request))
        fault = self._board.begin(str(body.pop("kind", "")), body)
        return as_json(asdict(fault), HTTPStatus.CREATED)

    @route("/_wavetank/faults", methods=["DELETE"])
    @told
    def on_delete_all(self, _: Request, **__: object) -> Response:
        """Heals every fault that is on."""
        return as_json({"healed": [asdict(fault) for fault in self._board.heal_all()]})

    @route("/_wavetank/faults/<fault_id>", methods=["DELETE"])
    @told
    def on_delete(self, _: Request, fault_id: str, **__: object) -> Response:
        """Heals one fault."""
        return as_json({"healed": [asdict(self._board.heal(fault_id))]})
