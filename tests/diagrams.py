"""Pictures for the tests: the project's own pipeline, and others of more kinds."""

from pathlib import Path

from tests.pipelines.sensors import FOLDER as SENSORS
from tests.rules.source import ROOT
from wavetank.core.naming import DEFAULT_ADDRESS, derive_names
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.reporting.diagram.arrows import read_graph
from wavetank.reporting.diagram.graph import Edge, Graph
from wavetank.reporting.diagram.templates import project_scopes, user_scopes

PROJECT = ROOT


def ticker() -> Graph:
    """What `./wavetank diagram` draws."""
    options = DeploymentOptions(
        names=derive_names("Dora", "Explorer"), addresses=(DEFAULT_ADDRESS,)
    )
    return read_graph(project_scopes(options, PROJECT))


def sensors() -> Graph:
    """Two rules and two functions, which share a table and a topic."""
    return read_graph(user_scopes(SENSORS / "pipeline.yaml", SENSORS / "storage.yaml", {}))


def drawn_from(folder: Path, text: str) -> Graph:
    """The picture of the template that is this text."""
    (folder / "pipeline.yaml").write_text(text)
    return read_graph(user_scopes(folder / "pipeline.yaml", None, {}))


def arrow(graph: Graph, source: str, target: str) -> Edge:
    """The only one between the two."""
    (found,) = [e for e in graph.edges if (e.source, e.target) == (source, target)]
    return found
