"""Nothing that the host has configured for AWS or for the internet reaches a sandbox's calls."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.shell import Shell
from wavetank.aws.clients import access_key, anonymous_clients, aws_clients, sandbox_clients
from wavetank.aws.sandbox_mailbox import count_alerts
from wavetank.core.errors import ExitCode
from wavetank.core.settings import REGION
from wavetank.engines.embedded import any_free_port
from wavetank.engines.readiness import InitState, init_state

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
BROKEN_CONFIGURATION = "[profile nothing\nregion = \x00"
HOSTILE_CONFIGURATION = """[default]
region = us-west-2
endpoint_url = http://127.0.0.1:1
credential_process = /nonexistent
use_fips_endpoint = true
services = elsewhere
s3 =
  addressing_style = virtual
[services elsewhere]
dynamodb =
  endpoint_url = http://127.0.0.1:1
"""
VARIABLES = {
    "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN",
    "AWS_CA_BUNDLE": "/nonexistent.pem",
    "AWS_DEFAULT_PROFILE": "nowhere",
    "AWS_DEFAULTS_MODE": "none-such",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
    "AWS_MAX_ATTEMPTS": "many",
    "AWS_PROFILE": "nowhere",
    "AWS_REGION": "us-west-2",
    "AWS_RETRY_MODE": "none-such",
    "AWS_SESSION_TOKEN": "token",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "REQUESTS_CA_BUNDLE": "/nonexistent.pem",
}
INIT = b'{"scripts": [], "completed": {"READY": true}}'
MAILBOX = (
    b'{"messages": [], "next": "", "more": false, "continues": true, "newest": "",'
    b' "alerts": {"arn": 7}}'
)


class _Answering(BaseHTTPRequestHandler):
    """Notes the path of each request, and answers as a sandbox does."""

    seen: list[str]

    def do_GET(self) -> None:
        self._answer(INIT if "/init" in self.path else MAILBOX)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b'{"TableNames": []}')

    def do_CONNECT(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.seen.append(f"{self.path} {self.headers.get('Authorization', '')}")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def _server() -> Iterator[tuple[str, list[str]]]:
    """Its address, and what it has been asked."""
    seen: list[str] = []
    handler = type("Handler", (_Answering,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


def _call_everything(endpoint: str) -> None:
    aws = sandbox_clients(endpoint)
    for clients in (aws, anonymous_clients(aws)):
        assert clients.dynamodb.list_tables()["TableNames"] == []
    assert init_state(endpoint) == InitState(ready=True, failed=())
    assert count_alerts(endpoint, "arn") == 7


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("listening", [False, True])
def test_no_call_to_a_sandbox_uses_a_proxy(
    monkeypatch: pytest.MonkeyPatch, *, listening: bool, lower: bool
) -> None:
    """Neither one at a closed port, which would fail, nor one that listens, which would see it."""
    with _server() as (endpoint, asked), _server() as (recorder, recorded):
        proxy = recorder if listening else f"http://127.0.0.1:{any_free_port()}"
        for name in PROXIES:
            monkeypatch.setenv(name.lower() if lower else name, proxy)
        _call_everything(endpoint)
        assert recorded == []
        assert len(asked) == 4


def test_calls_to_aws_still_use_the_users_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only a proxy leads to the internet, `--target aws` works by it."""
    with _server() as (recorder, recorded):
        monkeypatch.setenv("HTTPS_PROXY", recorder)
        monkeypatch.setattr("wavetank.aws.clients.AWS_ATTEMPTS_MAX", 0)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        with pytest.raises(Exception, match=r"SSL|proxy|EOF|connection"):
            aws_clients(None).sts.get_caller_identity()
        assert recorded[0].startswith(f"sts.{REGION}.amazonaws.com:443")


@pytest.mark.parametrize("configuration", [BROKEN_CONFIGURATION, HOSTILE_CONFIGURATION])
def test_calls_to_a_sandbox_are_deaf_to_the_hosts_aws_configuration(
    configuration: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Variables and files that are broken, or lead elsewhere, change nothing about them."""
    (tmp_path / "config").write_text(configuration, encoding="utf-8")
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "config"))
    with _server() as (endpoint, asked):
        _call_everything(endpoint)
        assert access_key(sandbox_clients(endpoint)) == "000000000000"
    assert "Credential=000000000000/" in asked[0]
    assert f"/{REGION}/dynamodb/" in asked[0]


def open_to_others(folder: Path) -> list[Path]:
    """What gives rights to others; functions' code does, as on AWS, in folders that do not."""
    found = [path for path in (folder, *folder.rglob("*")) if "lambda" not in path.parent.parts]
    return [path for path in found if not path.is_symlink() and path.stat().st_mode & 0o077]


def _hostile(tmp_path: Path) -> dict[str, str]:
    """A shell with everything that broke a command before."""
    (tmp_path / "config").write_text(HOSTILE_CONFIGURATION, encoding="utf-8")
    closed = f"http://127.0.0.1:{any_free_port()}"
    return {
        **VARIABLES,
        **dict.fromkeys((*PROXIES, *map(str.lower, PROXIES)), closed),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "LC_ALL": "POSIX",
        "PYTHONUTF8": "0",
    }


def test_a_run_is_the_same_in_a_shell_that_is_set_up_for_another_world(tmp_path: Path) -> None:
    """Another profile, proxy and locale; letters that the locale has not are escaped, no error."""
    shell = Shell(tmp_path / "state", _hostile(tmp_path))
    run = shell.run("run", "calm-day", "--name", "Zażółć Gęślą", "--duration", "12m")
    assert run.code == 0, run.out + run.err
    assert "invalid" not in run.out
    assert open_to_others(tmp_path / "state") == []


@pytest.mark.nightly
def test_a_sandbox_comes_up_in_a_shell_that_is_set_up_for_another_world(tmp_path: Path) -> None:
    """It is found, checked and stopped there too."""
    shell = Shell(tmp_path / "state", _hostile(tmp_path))
    try:
        up = shell.run("up", "--detach", "--confirm-emails", "--port", str(any_free_port()))
        assert up.code == 0, up.out + up.err
        assert open_to_others(tmp_path / "state") == []
        for command in ("status", "invoke", "check", "logs"):
            done = shell.run(command)
            no_alert_yet = ExitCode.UNKNOWN if command == "check" else ExitCode.VALID
            assert done.code == no_alert_yet, f"{command}: {done.out}{done.err}"
    finally:
        assert shell.run("down").code == 0
