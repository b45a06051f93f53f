"""The diagram as values: boxes and arrows."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum


class BoxKind(StrEnum):
    """The kinds of boxes in a diagram."""

    RULE = "rule"
    SCHEDULE = "schedule"
    FUNCTION = "function"
    TABLE = "table"
    STREAM = "stream"
    BUCKET = "bucket"
    TOPIC = "topic"
    QUEUE = "queue"
    MAIL = "mail"
    READERS = "readers"


class Relation(StrEnum):
    """The kinds of arrows in a diagram."""

    SCHEDULE = "schedule"
    FAILURE = "failure"
    SUCCESS = "success"
    CALL = "call"
    DELIVERY = "delivery"
    SUBSCRIPTION = "subscription"
    ACCESS = "access"


@dataclass(frozen=True)
class Node:
    """A box of a diagram: the service, the resource's name, and notes from the template."""

    id: str
    kind: BoxKind
    service: str
    name: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    """An arrow of a diagram; `label` is in phrases.

    An edge that only `reads` brings data from the target to the source, which is the caller.
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
    """A diagram: all boxes and arrows, in the order of the templates."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def alerts(self) -> frozenset[Edge]:
        """The arrows that are only used after a failure."""
        targets = {edge.target for edge in self.edges}
        at_work = {node.id for node in self.nodes if node.id not in targets}
        while True:
            reached = {e.target for e in self._at_work(at_work)} | at_work
            if reached == at_work:
                return frozenset(self.edges) - set(self._at_work(at_work))
            at_work = reached

    def _at_work(self, sources: set[str]) -> Iterator[Edge]:
        """The arrows that are used from the sources while nothing fails."""
        for edge in self.edges:
            if edge.source in sources and edge.relation is not Relation.FAILURE:
                yield edge


def graph_to_json(graph: Graph) -> dict[str, object]:
    """Nodes and edges for JSON; `after_failure` marks the edges that only a failure uses."""
    alerts = graph.alerts()
    edges = [asdict(edge) | {"after_failure": edge in alerts} for edge in graph.edges]
    return {"nodes": [asdict(node) for node in graph.nodes], "edges": edges}
