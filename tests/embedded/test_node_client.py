"""The Node.js client reports whatever a handler throws, and serves the next event."""

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from wavetank.emulator.lambda_.runtimes import NODE_CLIENT, installed_node

HANDLER = """
exports.handler = async (event) => {
  const error = new Error("on purpose");
  if (event === "newline") error.name = "a\\r\\nX-Injected: b";
  if (event === "unicode") error.name = "Fehler\\u{1f4a5}";
  if (event === "lone") error.name = "a\\ud800";
  if (event === "symbol") error.name = Symbol("s");
  if (event === "getter") Object.defineProperty(error, "name", { get() { throw error; } });
  if (event === "stack") error.stack = 7;
  if (event === "bigint") error.message = 7n;
  if (event === "bare") throw Object.create(null);
  throw error;
};
"""
EVENTS = ("newline", "unicode", "lone", "symbol", "getter", "stack", "bigint", "bare")


class RuntimeApi(HTTPServer):
    """A Runtime API that offers each event once, and records the errors that are reported."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.waiting = list(EVENTS)
        self.errors: dict[str, tuple[str, dict[str, Any]]] = {}
        self.done = threading.Event()


class Requests(BaseHTTPRequestHandler):
    """The Runtime API's operations that the client calls."""

    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        if not self.server.waiting:
            self.server.done.set()
            self.close_connection = True
            return
        event = self.server.waiting.pop(0)
        self._answer(json.dumps(event).encode(), event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Lambda-Runtime-Function-Error-Type"] or ""
        self.server.errors[self.path.split("/")[-2]] = (kind, json.loads(body))
        self._answer(b"{}", "")

    def log_message(self, *_: Any) -> None:
        """Log nothing."""

    def _answer(self, body: bytes, request_id: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", request_id)
        self.end_headers()
        self.wfile.write(body)


@pytest.mark.skipif(installed_node() is None, reason="Node.js is not installed")
def test_every_error_is_reported(tmp_path: Path) -> None:
    """No name, message or stack of an error ends the process."""
    node = installed_node()
    assert node is not None
    (tmp_path / "index.js").write_text(HANDLER)
    api = RuntimeApi()
    serving = threading.Thread(target=api.serve_forever, daemon=True)
    serving.start()
    variables = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}/secret",
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x",
        "_HANDLER": "index.handler",
    }
    process = subprocess.Popen(
        [node.path, str(NODE_CLIENT)], env=variables, stdout=subprocess.DEVNULL
    )
    try:
        assert api.done.wait(20)
    finally:
        process.kill()
        process.wait()
        api.shutdown()
        api.server_close()
    assert set(api.errors) == set(EVENTS)
    assert api.errors["newline"][0] == "a??X-Injected: b"
    assert api.errors["unicode"][1]["errorType"] == "Fehler\U0001f4a5"
    assert api.errors["bigint"][1]["errorMessage"] == "7"
