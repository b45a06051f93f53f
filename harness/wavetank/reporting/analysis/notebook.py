"""A notebook file: sets its source, executes it, and writes it as a page or a notebook.

Its first code cell has the one parameter, `SOURCE`; see `wavetank.reporting.analysis.source`.
"""

import asyncio
import signal
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import run_sync
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

from wavetank.core.errors import InfrastructureError

PARAMETER = "SOURCE"
NBFORMAT = 4
HTML = ".html"
SVG = "image/svg+xml"
SETTINGS = Config(
    {
        "KernelManager": {"transport_encryption": "auto"},
        "NotebookClient": {"shutdown_kernel": "immediate"},
    }
)
"""The kernel listens on ports of loopback, which other users of this host could reach, hence the
encryption. It is ended without a shutdown request, since output of a cell that Ctrl-C interrupted
is not needed."""


class _Client(NotebookClient):
    """nbclient's client, which Ctrl-C ends like any program, together with the kernel.

    Its own handler closes the kernel's sockets while messages are still exchanged on them.
    [nbclient 0.10: client.py, async_setup_kernel]
    """

    _cleanup: "asyncio.Future[None] | None" = None

    async def async_start_new_kernel(self, **options: Any) -> None:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        await super().async_start_new_kernel(**options)

    async def _async_cleanup_kernel(self) -> None:
        """Cleans up once: if Ctrl-C interrupts it, the exit of the process requests it again.

        Otherwise both would run, and the second would find the kernel manager removed by the first.
        """
        if self._cleanup is None:
            self._cleanup = asyncio.ensure_future(super()._async_cleanup_kernel())
        await self._cleanup

    _cleanup_kernel = run_sync(_async_cleanup_kernel)


@dataclass(frozen=True)
class Notebook:
    """A Jupyter notebook that was read from its file."""

    node: NotebookNode

    def reading(self, source: str) -> "Notebook":
        """A copy with that source."""
        node = nbformat.from_dict(self.node)
        cell = next(cell for cell in node.cells if cell.cell_type == "code")
        assert cell.source.startswith(PARAMETER)  # tests/rules checks this for every notebook
        cell.source = f"{PARAMETER} = {source!r}"
        return Notebook(node)

    def executed(self) -> "Notebook":
        """A copy with outputs, executed by a kernel of this environment in the working folder.

        So it finds the same project as the command, wherever the notebook's file is.

        Raises:
            InfrastructureError: a cell failed, or the kernel died; the message has the cell's
                error.
        """
        node = nbformat.from_dict(self.node)
        resources = {"metadata": {"path": str(Path.cwd())}}
        try:
            _Client(node, kernel_name="python3", resources=resources, config=SETTINGS).execute()
        except CellExecutionError as error:
            found = f"{error.ename}: {error.evalue}"
            action = "open it with ./wavetank notebook to see where"
            raise InfrastructureError("every cell to run", found, action) from error
        except DeadKernelError as error:
            action = "check whether the host has free memory"
            raise InfrastructureError("a running kernel", str(error), action) from error
        return Notebook(node)

    def write(self, path: Path) -> None:
        """Writes a page if the name ends in .html, else a notebook.

        Raises:
            InfrastructureError: the file cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._text(path), encoding="utf-8")
        except OSError as error:
            action = "make room or choose another file"
            raise InfrastructureError(f"{path} to be written", str(error), action) from error

    def _text(self, path: Path) -> str:
        if path.suffix == HTML:
            exporter = HTMLExporter(require_js_url="", mathjax_url="", embed_images=True)
            node = _with_images(self.node)
            body, _ = exporter.from_notebook_node(node, {"metadata": {"name": path.stem}})
            return str(body)
        return str(nbformat.writes(self.node))


def _with_images(notebook: NotebookNode) -> NotebookNode:
    """Charts as images with alternative text, which the exporter's own lack."""
    node: NotebookNode = nbformat.from_dict(notebook)
    for cell in node.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if SVG in data:
                described = escape(data["text/plain"])
                encoded = b64encode(data[SVG].encode()).decode()
                image = f'<img alt="{described}" src="data:{SVG};base64,{encoded}">'
                output["data"] = NotebookNode({"text/html": image})
    return node


def read_notebook(path: Path) -> Notebook:
    """The notebook of the file."""
    return Notebook(nbformat.read(path, NBFORMAT))
