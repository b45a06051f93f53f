"""Sends the response to a refused WebSocket, and closes its connection.

LocalStack's server refuses a WebSocket from a worker thread, while the thread that owns the
connection may still be using it: occasionally no response is sent and the client waits for minutes.
What it sends afterwards would be read as data of a WebSocket that does not exist.
[rolo: serving/twisted.py, WebSocketChannel.wsReject; Twisted: "most of Twisted is not thread-safe"]
"""

from typing import Any

from wavetank.emulator.patches import patch_of


def refuse_in_reactor() -> None:
    """Make the reactor's own thread send the response, and then close the connection."""
    from twisted.internet import reactor as running  # noqa: PLC0415 - loads Twisted's reactor

    reactor: Any = running

    def reject(
        adapter: Any, status_code: int, headers: Any = None, body: Any = None, timeout: Any = None
    ) -> None:
        del timeout  # the reactor has it now, so the caller need not wait
        reactor.callFromThread(_reject, adapter.channel, status_code, headers, list(body or ()))

    patch_of("rolo.serving.twisted:TwistedWebSocketAdapter.reject").apply(reject)


def _reject(channel: Any, status_code: int, headers: Any, body: list[bytes]) -> None:
    if channel.closed:  # the client closed it meanwhile
        return
    connection = channel.request.channel
    channel.wsReject(status_code, headers, body)
    connection.loseConnection()
