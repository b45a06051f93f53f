"""What is drawn: boxes and arrows, as values."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum


class BoxKind(StrEnum):
    """What a box stands for."""

    RULE = "rule"
    FUNCTION = "function"
    TABLE = "table"
    STREAM = "stream"
    BUCKET = "bucket"
    TOPIC = "topic"
    QUEUE = "queue"
    MAIL = "mail"
    READERS = "readers"


class Relation(StrEnum):
    """What an arrow stands for."""

    SCHEDULE = "schedule"
    FAILURE = "failure"
    SUCCESS = "success"
    CALL = "call"
    DELIVERY = "delivery"
    SUBSCRIPTION = "subscription"
    ACCESS = "access"


@dataclass(frozen=True)
class Node:
    """A box: the service, the resource's own name, and a word on it that the template says."""

    id: str
    kind: BoxKind
    service: str
    name: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    """An arrow from one box to another; `label` is in phrases.

    What `reads` alone brings something from the target to the source, which is the caller.
    """

    source: str
    target: str
    relation: Relation
    label: tuple[str, ...] = ()
    reads: bool = False
    writes: bool = True

    @property
    def text(self) -> str:
        """The label in one line."""
        return ", ".join(self.label)


@dataclass(frozen=True)
class Graph:
    """A whole picture, in the order of the templates."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def alerts(self) -> frozenset[Edge]:
        """The arrows that nothing but a failure leads to."""
        targets = {edge.target for edge in self.edges}
        at_work = {node.id for node in self.nodes if node.id not in targets}
        while True:
            reached = {e.target for e in self._at_work(at_work)} | at_work
            if reached == at_work:
                return frozenset(self.edges) - set(self._at_work(at_work))
            at_work = reached

    def _at_work(self, sources: set[str]) -> Iterator[Edge]:
        """What is reached from the sources while nothing fails."""
        for edge in self.edges:
            if edge.source in sources and edge.relation is not Relation.FAILURE:
                yield edge


def graph_to_json(graph: Graph) -> dict[str, object]:
    """Nodes and edges for JSON; `after_failure` marks the edges that only a failure uses."""
    alerts = graph.alerts()
    edges = [asdict(edge) | {"after_failure": edge in alerts} for edge in graph.edges]
    return {"nodes": [asdict(node) for node in graph.nodes], "edges": edges}
