"""One row of the register, and how rows are kept."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fidelity.ground import Ground

type Observe = Callable[[Ground], str]


@dataclass(frozen=True)
class Behaviour:
    """What happens in a situation by AWS's documents and on LocalStack, and how to see it.

    What Wavetank does is what AWS does, or it stands among the gaps.
    """

    area: str
    situation: str
    aws: str
    localstack: str
    source: str
    observe: Observe

    @property
    def name(self) -> str:
        """What identifies it, in the recording too."""
        return f"{self.area}: {self.situation}"


class Area:
    """The rows of one area: each is a function that looks, and says in a few words what it saw."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[Behaviour] = []

    def row(
        self, situation: str, *, aws: str, localstack: str, source: str
    ) -> Callable[[Observe], Observe]:
        """Keeps the function as the row of the situation."""

        def keep(observe: Observe) -> Observe:
            row = Behaviour(self.name, situation, aws, localstack, source, observe)
            self.rows.append(row)
            return observe

        return keep
