"""How xdist's workers get their tests: unit after unit, in the order of `tests.units`."""

from typing import TYPE_CHECKING, Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it ships no types

from tests.units import unit_of

if TYPE_CHECKING:
    import pytest


class UnitScheduling(LoadScopeScheduling):  # type: ignore[misc]  # as above
    """Hands out unit after unit, in the order in which they were collected."""

    def __init__(self, config: "pytest.Config", log: Any) -> None:
        config.option.loadscopereorder = False  # it would begin with what has the most tests
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
