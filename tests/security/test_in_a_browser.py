"""A real browser on another site's page: what the page makes it send does nothing to a sandbox.

The pages come from a server of the test, under a name of another site and as another program on
localhost. The names lead to 127.0.0.1, as those of a site that rebinds its own do.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, Response

from tests.browser import launched
from tests.security.conftest import BUCKET, KEY, Attacked, make_bucket

SITES = ("evil.example", "localhost")
SANDBOXES = ("127.0.0.1", "localhost", "sandbox.localhost", "localhost.localstack.cloud")
"""To the last a browser sends no Fetch Metadata, as it is no loopback name to it."""
NAMES = ("evil.example", "app.example", "localhost.localstack.cloud")
RULES = ",".join(f"MAP {name} 127.0.0.1" for name in NAMES)
FORBIDDEN = 403
SITE_HEADER = "X-Other-Site"
"""What the other site's answers have, such as the one about its icon."""
SIGNED = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test/20260101/eu-west-1/s3/aws4_request"
    "&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
)
CREATE = f"Action=CreateTopic&Name=evil&Version=2010-03-31&{SIGNED.replace('/s3/', '/sns/')}"
FORMS = {
    "multipart form that stores an object": (
        f"/{BUCKET}?{SIGNED}",
        "multipart/form-data",
        {"key": "evil.html", "file": "<script>1</script>"},
    ),
    "form that makes a call": (
        "/",
        "application/x-www-form-urlencoded",
        {"Action": "CreateTopic", "Name": "evil", "Version": "2010-03-31"},
    ),
    "text that deletes an object": (
        f"/{BUCKET}?delete&{SIGNED}",
        "text/plain",
        {"<Delete><Object><Key>kept.txt</Key></Object><!--": "--></Delete>"},
    ),
    "form that reverts the faults": (
        "/_wavetank/pages/faults/revert",
        "application/x-www-form-urlencoded",
        {},
    ),
}
PARTS = ("img", "script", "iframe", "link")
SHOWN = ("Faults", "ListBucketResult", "CreateTopic", KEY)
"""What a page of a sandbox, a list of a bucket or a call's answer would show in a frame."""
SEND_FORM = """([action, enctype, fields]) => {
    const form = Object.assign(document.createElement('form'), {action, enctype, method: 'POST'});
    for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement('textarea'), {name, value}));
    }
    document.body.append(form);
    form.submit();
}"""
FETCH = """async ([url, options]) => {
    try {
        const answer = await fetch(url, options);
        return answer.type === 'opaque' ? 'opaque' : 'read: ' + await answer.text();
    } catch (error) {
        return 'refused';
    }
}"""
LOAD = """([kind, url]) => new Promise(done => {
    const part = document.createElement(kind);
    part.onload = () => done('loaded');
    part.onerror = () => done('failed');
    part.referrerPolicy = 'no-referrer';
    part[kind === 'link' ? 'href' : 'src'] = url;
    if (kind === 'link') part.rel = 'stylesheet';
    document.body.append(part);
})"""
OPEN_SOCKET = """url => new Promise(done => {
    const socket = new WebSocket(url);
    socket.onopen = () => done('open');
    socket.onerror = () => done('refused');
})"""
FOLLOW = """([url, target]) => {
    const link = document.createElement('a');
    Object.assign(link, {href: url, referrerPolicy: 'no-referrer', rel: 'noopener', target});
    document.body.append(link);
    link.click();
}"""


class _Site(BaseHTTPRequestHandler):
    """Answers everything with an empty page."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>site</title><body></body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header(SITE_HEADER, "yes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def site_port() -> Iterator[int]:
    """The port of another site on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def hostile(playwright: Playwright) -> Iterator[Browser]:
    """A browser whose names of other sites lead to this machine."""
    with launched(playwright, f"--host-resolver-rules={RULES}") as opened:
        yield opened


@contextmanager
def _page_of(browser: Browser, site: str, port: int) -> Iterator[tuple[Page, list[Response]]]:
    """A page of the site, and the answers that it gets from anywhere else."""
    page, answers = browser.new_page(), list[Response]()
    page.goto(f"http://{site}:{port}/")
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright sets an attribute of it
    yield page, answers
    page.close()


def _statuses(answers: list[Response], attacked: Attacked) -> set[int]:
    """Those of the sandbox's answers."""
    return {each.status for each in answers if f":{attacked.port}/" in each.url}


def _statuses_on_the_wire(page: Page) -> list[int]:
    """Of all of a sandbox's answers from now on, those too that are kept from the page."""
    statuses: list[int] = []

    def note(event: dict[str, Any]) -> None:
        if SITE_HEADER not in event["headers"]:
            statuses.append(event["statusCode"])

    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.responseReceivedExtraInfo", note)
    return statuses


@pytest.mark.parametrize("site", SITES)
def test_a_form_of_another_site_is_refused(
    hostile: Browser, site_port: int, unchanged: Attacked, site: str
) -> None:
    """It needs no permission of the sandbox's, and is sent: the guard has to say no."""
    for path, enctype, fields in FORMS.values():
        for sandbox in (SANDBOXES[0], SANDBOXES[-1]):
            address = f"http://{sandbox}:{unchanged.port}{path}"
            with _page_of(hostile, site, site_port) as (page, answers):
                with page.expect_navigation():
                    page.evaluate(SEND_FORM, [address, enctype, fields])
                assert _statuses(answers, unchanged) == {FORBIDDEN}
                assert page.inner_text("body").startswith("expected no other site to ask")


@pytest.mark.parametrize("site", SITES)
def test_no_fetch_of_another_site_does_or_reads_anything(
    hostile: Browser, site_port: int, unchanged: Attacked, site: str
) -> None:
    """Simple, without CORS, with credentials and after a preflight."""
    requests: list[tuple[str, dict[str, Any]]] = [
        (f"/?{CREATE}", {}),
        (f"/?{CREATE}", {"mode": "no-cors", "referrerPolicy": "no-referrer"}),
        (f"/?{CREATE}", {"credentials": "include"}),
        ("/", {"method": "POST", "mode": "no-cors", "body": "Action=CreateTopic&Name=evil"}),
        (f"/{BUCKET}?delete&{SIGNED}", {"method": "POST", "mode": "no-cors", "body": "<Delete/>"}),
        (f"/{BUCKET}/{KEY}", {"method": "DELETE"}),
        (f"/{BUCKET}/evil.html?{SIGNED}", {"method": "PUT", "body": "x"}),
        ("/", {"method": "POST", "headers": {"X-Amz-Target": "DynamoDB_20120810.ListTables"}}),
        ("/_wavetank/clock", {"method": "POST", "headers": {"Content-Type": "application/json"}}),
        ("//_wavetank/mailbox", {}),
        ("/_wavetank/mailbox", {}),
        ("/_localstack/health", {}),
        (f"/{BUCKET}?list-type=2", {}),
    ]
    with _page_of(hostile, site, site_port) as (page, _):
        statuses = _statuses_on_the_wire(page)
        found = [
            page.evaluate(FETCH, [f"http://{sandbox}:{unchanged.port}{path}", options])
            for sandbox in SANDBOXES
            for path, options in requests
        ]
        assert set(found) <= {"refused", "opaque"}
        assert set(statuses) == {FORBIDDEN}


@pytest.mark.parametrize("site", SITES)
def test_no_part_of_another_site_s_page_comes_from_a_sandbox(
    hostile: Browser, site_port: int, unchanged: Attacked, site: str
) -> None:
    """An image, a script, a frame or a style, with no Referer to tell whose it is."""
    paths = [f"/?{CREATE}", "/_wavetank/pages/faults", f"/{BUCKET}?list-type=2"]
    with _page_of(hostile, site, site_port) as (page, _):
        for kind, sandbox, path in product(PARTS, SANDBOXES, paths):
            found = page.evaluate(LOAD, [kind, f"http://{sandbox}:{unchanged.port}{path}"])
            assert found == "failed" or kind == "iframe"
        shown = [frame.inner_text("body") for frame in page.frames[1:]]
        assert [text for text in shown if any(mark in text for mark in SHOWN)] == []


@pytest.mark.parametrize("site", SITES)
def test_a_link_makes_no_call(
    hostile: Browser, site_port: int, unchanged: Attacked, site: str
) -> None:
    """Neither one that is clicked, nor the same address when it is typed; a page it opens."""
    for sandbox in SANDBOXES:
        address = f"http://{sandbox}:{unchanged.port}"
        with _page_of(hostile, site, site_port) as (page, answers):
            with page.expect_navigation():
                page.evaluate(FOLLOW, [f"{address}/?{CREATE}", "_self"])
            assert _statuses(answers, unchanged) == {FORBIDDEN}
            typed = page.goto(f"{address}/?{CREATE}")
            assert typed is not None
            assert typed.status == FORBIDDEN
            page.goto(f"http://{site}:{site_port}/")
            with page.expect_navigation():
                page.evaluate(FOLLOW, [f"{address}/_wavetank/pages/faults", "_self"])
            assert "Faults" in page.title()


@pytest.mark.parametrize("site", SITES)
def test_no_socket_of_another_site_opens(
    hostile: Browser, site_port: int, unchanged: Attacked, site: str
) -> None:
    """A browser asks for no permission before it opens one."""
    with _page_of(hostile, site, site_port) as (page, _):
        for sandbox, path in zip(SANDBOXES, ("/", "/_wavetank/", "/x", "/_aws/ses"), strict=True):
            url = f"ws://{sandbox}:{unchanged.port}{path}"
            assert page.evaluate(OPEN_SOCKET, url) == "refused"


def test_a_name_that_is_made_to_lead_here_gets_nothing(
    hostile: Browser, unchanged: Attacked
) -> None:
    """The browser takes the sandbox for the site: no header but Host tells."""
    page = hostile.new_page()
    for path in (f"/{BUCKET}?list-type=2", "/_wavetank/", f"/?{CREATE}", "/_localstack/health"):
        answer = page.goto(f"http://evil.example:{unchanged.port}{path}")
        assert answer is not None
        assert answer.status == FORBIDDEN
        assert page.inner_text("body").startswith("expected Host to be")
        inside = page.evaluate(FETCH, [f"http://evil.example:{unchanged.port}/{BUCKET}/{KEY}", {}])
        assert "kept" not in inside
    page.close()


def test_stored_html_is_shown_and_never_run(
    hostile: Browser, attacked: Attacked, site_port: int
) -> None:
    """A presigned link opens it, from another site too; its script and its form do nothing."""
    html = """<!doctype html><title>stored</title><p>shown</p><script>
        document.title = 'run'; fetch('/_wavetank/clock', {method: 'DELETE'})</script>
        <form action='/_wavetank/pages/faults/revert' method='post'><button>send</button></form>
        <img src='/?Action=CreateTopic&Name=evil&Version=2010-03-31'>"""
    attacked.aws.s3.put_object(
        Bucket=BUCKET, Key="page.html", Body=html.encode(), ContentType="text/html"
    )
    link = _presigned(attacked, "get_object", BUCKET, "page.html")
    before = attacked.holdings()
    with _page_of(hostile, "evil.example", site_port) as (page, answers):
        with page.expect_navigation():
            page.evaluate(FOLLOW, [link, "_self"])
        assert (page.title(), page.inner_text("p")) == ("stored", "shown")
        page.click("button")
        page.wait_for_load_state("networkidle")
        assert page.title() == "stored"
        others = [each for each in answers if "page.html" not in each.url]
        assert _statuses(others, attacked) <= {FORBIDDEN}
    assert attacked.holdings() == before


def test_a_bucket_s_rule_lets_its_origin_in_to_its_objects_only(
    hostile: Browser, attacked: Attacked, site_port: int
) -> None:
    """By simple requests and after a preflight; no other origin, and no other bucket."""
    aws, shared = attacked.aws, "shared-bucket"
    make_bucket(aws, shared)
    rule: Any = {
        "AllowedOrigins": [f"http://app.example:{site_port}"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["content-type"],
    }
    aws.s3.put_bucket_cors(Bucket=shared, CORSConfiguration={"CORSRules": [rule]})
    write = _presigned(attacked, "put_object", shared, "a//b", ContentType="text/html")
    read = _presigned(attacked, "get_object", shared, "a//b")
    other = _presigned(attacked, "get_object", BUCKET, KEY)
    puts = {"method": "PUT", "body": "written", "headers": {"Content-Type": "text/html"}}
    with _page_of(hostile, "app.example", site_port) as (page, _):
        assert page.evaluate(FETCH, [write, puts]) == "read: "
        assert page.evaluate(FETCH, [read, {}]) == "read: written"
        assert page.evaluate(FETCH, [other, {}]) == "refused"
        assert page.evaluate(FETCH, [read.replace("a//b", ""), {"method": "DELETE"}]) == "refused"
    with _page_of(hostile, "evil.example", site_port) as (page, _):
        assert page.evaluate(FETCH, [read, {}]) == "refused"
        assert page.evaluate(FETCH, [write, puts | {"body": "evil"}]) == "refused"
    assert aws.s3.get_object(Bucket=shared, Key="a//b")["Body"].read() == b"written"
    aws.s3.delete_object(Bucket=shared, Key="a//b")
    aws.s3.delete_bucket(Bucket=shared)


def test_our_own_pages_forms_work(hostile: Browser, attacked: Attacked) -> None:
    """By whatever name of the sandbox's they are open."""
    for sandbox in SANDBOXES:
        page = hostile.new_page()
        page.goto(f"http://{sandbox}:{attacked.port}/_wavetank/pages/faults")
        with page.expect_navigation():
            page.evaluate(
                SEND_FORM,
                ["/_wavetank/pages/faults/revert", "application/x-www-form-urlencoded", {}],
            )
        assert page.url.endswith("?notice=reverted-all")
        page.close()


def _presigned(attacked: Attacked, operation: str, bucket: str, key: str, **signed: str) -> str:
    parameters = {"Bucket": bucket, "Key": key, **signed}
    return str(attacked.aws.s3.generate_presigned_url(operation, Params=parameters))
