"""Switching faults on, and healing them, whatever the fault is."""

from collections.abc import Sequence

import pytest

from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.emulator.live_faults.active_faults import Board
from wavetank.emulator.live_faults.kind import Given, Parameter, RevertCallback
from wavetank.emulator.stack_index import DeployedStack


class Leak:
    """A fault of one simulator at a time, which heals where it is allowed to."""

    name, title, does = "leak", "A leak", "Water runs out."

    def __init__(self) -> None:
        self.healed: list[str] = []
        self.sealable = True

    def parameters(self, stacks: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        simulators = tuple(stack.name for stack in stacks)
        return (
            Parameter(name="simulator", title="Simulator", choices=simulators, default="a"),
            Parameter(name="litres", title="Litres", least=1, most=9, default="5"),
        )

    def begin(self, given: Given) -> RevertCallback:
        def heal() -> None:
            if not self.sealable:
                raise OSError("no seal")
            self.healed.append(given["simulator"])

        return heal


@pytest.fixture
def leak() -> Leak:
    """The only kind."""
    return Leak()


@pytest.fixture
def board(leak: Leak) -> Board:
    """With two simulators."""
    now = WallClock().now()
    stacks = [DeployedStack(name=name, status="CREATE_COMPLETE", changed=now) for name in "ab"]
    return Board([leak], lambda: stacks, WallClock())


def test_a_fault_is_on_until_it_is_healed(board: Board, leak: Leak) -> None:
    """With what it was told, and the defaults for the rest."""
    fault = board.begin("leak", {"simulator": "b"})
    assert (fault.told, board.active()) == ("simulator b, litres 5", [fault])
    assert board.switches()[0].active == (fault,)
    assert board.heal(fault.id) == fault
    assert (leak.healed, board.active()) == (["b"], [])


def test_all_are_healed_the_newest_first(board: Board, leak: Leak) -> None:
    """As each may stand on what came before it."""
    for simulator in "ab":
        board.begin("leak", {"simulator": simulator})
    assert [fault.given["simulator"] for fault in board.heal_all()] == ["b", "a"]
    assert leak.healed == ["b", "a"]


def test_what_does_not_heal_stays_and_says_why(board: Board, leak: Leak) -> None:
    """It can be tried again."""
    fault = board.begin("leak", {})
    leak.sealable = False
    with pytest.raises(UsageError, match="no seal"):
        board.heal_all()
    assert board.active() == [fault]
    leak.sealable = True
    assert board.heal_all() == [fault]


@pytest.mark.parametrize(
    ("kind", "told", "expected"),
    [
        ("flood", {}, "kind to be one of leak"),
        ("leak", {"simulator": "c"}, "simulator to be one of a, b"),
        ("leak", {"litres": "ten"}, "a whole number from 1 to 9"),
        ("leak", {"litres": 10}, "a whole number from 1 to 9"),
        ("leak", {"speed": 1}, "simulator and litres alone"),
    ],
)
def test_what_cannot_be_is_refused(
    board: Board, kind: str, told: dict[str, object], expected: str
) -> None:
    """With what was expected, and nothing is on."""
    with pytest.raises(UsageError, match=expected):
        board.begin(kind, told)
    assert board.active() == []


def test_what_is_not_on_cannot_be_healed(board: Board) -> None:
    """Nor can it be healed twice."""
    fault = board.begin("leak", {})
    board.heal(fault.id)
    with pytest.raises(UsageError, match="a fault that is on"):
        board.heal(fault.id)


def test_a_switch_without_anything_to_befall_cannot_begin(leak: Leak) -> None:
    """Where no simulator is deployed."""
    empty = Board([leak], list, WallClock())
    assert [switch.can_begin for switch in empty.switches()] == [False]
