"""A signal that is to stop a command does so, whatever the command is doing."""

import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from wavetank.aws.clients import sandbox_clients
from wavetank.core.stop_signal import Stopped, stop_on_signal


class _Stopping(BaseHTTPRequestHandler):
    """Sends SIGTERM to the caller, and answers nevertheless."""

    def do_POST(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        body = b'{"TableNames": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_a_signal_in_the_middle_of_a_call_is_not_lost() -> None:
    """The SDK takes any Exception for a lost connection, and would just try again."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Stopping) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        aws = sandbox_clients(f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(Stopped), stop_on_signal():
            aws.dynamodb.list_tables()
        server.shutdown()
