"""The monkeypatches of LocalStack's HTTP server, its requests and its responses."""

from wavetank.core.patching import PinnedDistribution

ROLO = PinnedDistribution("rolo", "0.8.1")
TWISTED = PinnedDistribution("localstack-twisted", "25.5.0")
WERKZEUG = PinnedDistribution("werkzeug", "3.1.6")

PATCHES = (
    *ROLO.patches(
        "emulator.in_process.messages",
        "searches all headers once instead of once for each, in the simulator",
        {"rolo.response:Response.update_from": "(self, other)"},
    ),
    *ROLO.patches(
        "emulator.http_guard.websockets",
        "refuses a WebSocket in the thread that owns its connection",
        {
            "rolo.serving.twisted:TwistedWebSocketAdapter.reject": (
                "(self, status_code, headers=None, body=None, timeout=None)"
            ),
        },
    ),
    *ROLO.patches(
        "emulator.http_guard.bodies",
        "checks a request's headers with the HTTP guard before its body is received",
        {
            "rolo.serving.twisted:HeaderPreservingHTTPChannel.allHeadersReceived": "(self)",
            "rolo.serving.twisted:TwistedRequestAdapter.handleContentChunk": "(self, data)",
        },
    ),
    *TWISTED.patches(
        "emulator.http_guard.bodies",
        "drops data that arrives on a connection after a refusal; of that connection only",
        {
            "twisted.web.http:HTTPChannel.allContentReceived": "(self)",
            "twisted.web.http:HTTPChannel.dataReceived": "(self, data)",
            "twisted.web.http:HTTPChannel.lineReceived": "(self, line)",
            "twisted.web.http:HTTPChannel.rawDataReceived": "(self, data)",
        },
    ),
    *TWISTED.patches(
        "emulator.http_guard.bodies",
        "switches off HTTP/2, whose channels would bypass the HTTP guard",
        {"twisted.web.http:H2_ENABLED": "bool"},
    ),
    *WERKZEUG.patches(
        "emulator.in_process.messages",
        "finds a header without lowering each name or raising an exception, in the simulator",
        {
            "werkzeug.datastructures:Headers.__contains__": "(self, key)",
            "werkzeug.datastructures:Headers._get_key": "(self, key)",
            "werkzeug.datastructures:Headers.get": "(self, key, default=None, type=None)",
        },
    ),
)
