"""Every route and every protocol of every service refuses every attack, and nothing changes."""

import re
import socket
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pytest
import requests

from tests.security.attacks import ATTACKS, REFUSAL, Attacker
from tests.security.conftest import BUCKET, HTTP_SECONDS, KEY, Attacked
from tests.security.requests_of_services import (
    ServiceRequest,
    of_every_operation,
    of_every_protocol,
)

ARGUMENT = re.compile(r"<[^<>]*(?:\"[^\"]*\"|'[^']*')?[^<>]*>")
PREFLIGHT = "preflight"
RESERVED_ONLY = {"rebinding, reading", "absolute form"}

type Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def attacker(attacked: Attacked) -> Iterator[Attacker]:
    """One connection for all attacks."""
    opened = Attacker(attacked.port)
    yield opened
    opened.close()


def _routes(attacked: Attacked) -> list[ServiceRequest]:
    """All that the routers have, from the sandbox itself; arguments have some value."""
    listed = requests.get(f"{attacked.endpoint}/_wavetank/routes", timeout=HTTP_SECONDS).json()
    found = [*listed["routes"], *listed["localstack"]]
    return [
        ServiceRequest(
            f"route:{each['method']}:{each['path']}",
            each["method"],
            _filled(each["path"]),
            {"Content-Type": "application/json"} if each["method"] != "GET" else {},
            b"{}" if each["method"] not in {"GET", "HEAD"} else b"",
            _host(each.get("host", ""), attacked.port),
        )
        for each in found
        if each["method"] != "OPTIONS"
    ]


def _filled(path: str) -> str:
    return ARGUMENT.sub(lambda found: "000000000000" if "{12}" in found[0] else "x", path)


def _host(pattern: str, port: int) -> str | None:
    """A host that the route's pattern has; None where it is any."""
    named = {
        ".lambda-url.": "x.lambda-url.eu-west-1.localhost",
        ".s3-website.": f"{BUCKET}.s3-website.localhost",
        "queue.": "eu-west-1.queue.localhost",
        "sqs.": "sqs.eu-west-1.localhost",
    }
    found = next((name for mark, name in named.items() if mark in pattern), None)
    return f"{found}:{port}" if found else None


def _objects() -> list[ServiceRequest]:
    """What a browser reads and writes of S3 without credentials, by path and by host."""
    return [
        ServiceRequest("s3:object:get", "GET", f"/{BUCKET}/{KEY}"),
        ServiceRequest("s3:object:put", "PUT", f"/{BUCKET}/{KEY}", {}, b"x"),
        ServiceRequest("s3:object:delete", "DELETE", f"/{BUCKET}/{KEY}"),
        ServiceRequest("s3:bucket:list", "GET", f"/{BUCKET}?list-type=2"),
        ServiceRequest("s3:bucket:form", "POST", f"/{BUCKET}"),
        ServiceRequest("s3:bucket:delete", "POST", f"/{BUCKET}?delete"),
    ]


def _survivors(
    attacked: Attacked, attacker: Attacker, asked: Iterable[ServiceRequest]
) -> tuple[int, list[str]]:
    """How many attacks were made, and those that the guard did not refuse."""
    count, through = 0, []
    for request in asked:
        for name, attack in ATTACKS.items():
            answer = attacker.send(attack(request, attacked.port))
            count += 1
            is_ours = answer.body.startswith(REFUSAL) or request.method == "HEAD"
            if not (answer.is_refusal and (is_ours or name == "WebSocket")):
                through.append(f"{name}: {request.name} {answer.status} {answer.body[:80]!r}")
    return count, through


def test_no_route_and_no_protocol_lets_an_attack_through(
    unchanged: Attacked, attacker: Attacker, record_testsuite_property: Record
) -> None:
    """Routes are those of the routers, protocols those of AWS's models: a new one is tested too."""
    routes, services = _routes(unchanged), of_every_protocol()
    count, through = _survivors(unchanged, attacker, [*routes, *services, *_objects()])
    assert through == []
    assert {request.name.split(":")[1] for request in services} >= {
        "json",
        "query",
        "rest-json",
        "rest-xml",
        "smithy-rpc-v2-cbor",
    }
    figure = f"{len(routes)} routes and {len(services)} protocol requests: {count} attacks refused"
    record_testsuite_property("http_guard", figure)
    print(figure)  # noqa: T201 - the figure that CI shows


@pytest.mark.nightly
def test_no_operation_lets_an_attack_through(
    unchanged: Attacked, attacker: Attacker, record_testsuite_property: Record
) -> None:
    """Every operation of every service, in each of its protocols."""
    operations = list(of_every_operation())
    count, through = _survivors(unchanged, attacker, operations)
    assert through == []
    figure = f"{len(operations)} requests of operations: {count} attacks refused"
    record_testsuite_property("http_guard_operations", figure)
    print(figure)  # noqa: T201 - as above


def test_the_chain_that_ran_code_is_broken_at_each_step(
    unchanged: Attacked, attacker: Attacker
) -> None:
    """HTML stored by a form, objects deleted by text, a topic by a link, then code run."""
    signed = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test/20260101/eu-west-1/s3/aws4_request"
        "&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
    )
    navigates = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    posted = navigates | {"Origin": "https://evil.example.com"}
    multipart = posted | {"Content-Type": "multipart/form-data; boundary=x"}
    part = (
        b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nevil.html\r\n--x\r\n'
        b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n<script>\r\n--x--'
    )
    delete = f"<Delete><Object><Key>{KEY}</Key></Object></Delete>".encode()
    own = {"Origin": f"http://127.0.0.1:{unchanged.port}", "Sec-Fetch-Site": "same-origin"}
    steps = [
        ServiceRequest("form", "POST", f"/{BUCKET}?{signed}", multipart, part),
        ServiceRequest("form", "POST", f"/{BUCKET}", multipart, part),
        ServiceRequest(
            "text",
            "POST",
            f"/{BUCKET}?delete&{signed}",
            posted | {"Content-Type": "text/plain"},
            delete,
        ),
        ServiceRequest(
            "link", "GET", "/?Action=CreateTopic&Name=evil&Version=2010-03-31", navigates
        ),
        ServiceRequest("page", "GET", f"/{BUCKET}?list-type=2", {}, b"", "evil.example"),
        ServiceRequest("stored script", "POST", "/2015-03-31/functions", own, b"{}"),
        ServiceRequest("stored script", "DELETE", "//_wavetank/faults", own),
        ServiceRequest("sandboxed script", "DELETE", "/_wavetank/faults", {"Origin": "null"}),
    ]
    answers = [attacker.send(step) for step in steps]
    assert [answer.body[:9] for answer in answers] == [REFUSAL] * len(steps)


def test_a_refused_socket_is_answered_and_its_connection_ends(attacked: Attacked) -> None:
    """Each time: LocalStack's server answers from a thread of its own, and now and then never."""
    upgrade = ATTACKS["WebSocket"](ServiceRequest("socket", "GET", "/"), attacked.port)
    lines = [f"{name}: {value}" for name, value in upgrade.headers.items()]
    asked = "\r\n".join(["GET / HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", attacked.port), HTTP_SECONDS) as connection:
            connection.sendall(asked)
            answer = b"".join(iter(partial(connection.recv, 65536), b""))
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert REFUSAL in answer


@pytest.mark.parametrize("path", [f"/{BUCKET}/{KEY}", f"/{BUCKET}/missing", f"/{BUCKET}", "/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_answer_is_sandboxed(attacked: Attacked, method: str, path: str) -> None:
    """Objects, lists and errors; a document of them has no scripts and an origin of its own."""
    answer = requests.request(method, f"{attacked.endpoint}{path}", timeout=HTTP_SECONDS)
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_sdk_gets_the_metadata_that_it_stored(attacked: Attacked) -> None:
    """The guard's headers are beside an object's own, and take the place of none."""
    kept = {"content-security-policy": "default-src *", "x-frame-options": "mine"}
    aws, key = attacked.aws, "of/metadata//../html"
    aws.s3.put_object(Bucket=BUCKET, Key=key, Body=b"<p>", ContentType="text/html", Metadata=kept)
    found = aws.s3.get_object(Bucket=BUCKET, Key=key)
    assert (found["Metadata"], found["ContentType"]) == (kept, "text/html")
    assert (found["Body"].read(), found["ContentLength"]) == (b"<p>", 3)
    aws.s3.delete_object(Bucket=BUCKET, Key=key)
