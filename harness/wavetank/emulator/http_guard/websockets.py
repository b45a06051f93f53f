"""A WebSocket that is refused gets its answer, and its connection ends.

LocalStack's server refuses one from a worker thread, while the thread that owns the connection may
still be at work on it: now and then no answer goes out and the client waits for minutes. What it
sends afterwards would go to a WebSocket that there is none of.
[rolo: serving/twisted.py, WebSocketChannel.wsReject; Twisted: "most of Twisted is not thread-safe"]
"""

from typing import Any

from wavetank.emulator.patches import patch_of


def refuse_in_reactor() -> None:
    """Has the reactor's own thread answer, and close the connection behind the answer."""
    from twisted.internet import reactor as running  # noqa: PLC0415 - loads Twisted's reactor

    reactor: Any = running

    def reject(
        adapter: Any, status_code: int, headers: Any = None, body: Any = None, timeout: Any = None
    ) -> None:
        del timeout  # the reactor has it now, and no one waits
        reactor.callFromThread(_reject, adapter.channel, status_code, headers, list(body or ()))

    patch_of("rolo.serving.twisted:TwistedWebSocketAdapter.reject").apply(reject)


def _reject(channel: Any, status_code: int, headers: Any, body: list[bytes]) -> None:
    if channel.closed:  # by the client, meanwhile
        return
    connection = channel.request.channel
    channel.wsReject(status_code, headers, body)
    connection.loseConnection()
