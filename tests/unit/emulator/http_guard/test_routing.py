"""What the guard takes a host and a path for is what LocalStack's own routers and parsers serve."""

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from localstack.aws.protocol.parser import RequestParserError, create_parser
from localstack.aws.protocol.service_router import determine_aws_service_model
from localstack.aws.spec import load_service
from localstack.http import Request, Router
from localstack.http.dispatcher import handler_dispatcher
from localstack.http.router import GreedyPathConverter
from localstack.services.apigateway.next_gen.execute_api.router import ApiGatewayRouter
from localstack.services.lambda_.urlrouter import FunctionUrlRouter
from localstack.services.s3.cors import S3CorsHandler
from localstack.services.s3.website_hosting import register_website_hosting_routes
from localstack.services.sqs import query_api
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from wavetank.emulator.http_guard import settings as guard_settings
from wavetank.emulator.http_guard.request_policy import Answered
from wavetank.emulator.http_guard.route_confirmation import (
    OPERATIONS,
    find_rule,
    why_not_called,
    why_not_routed,
    why_not_served,
)
from wavetank.emulator.http_guard.routing import Route, RouteKind, route_of
from wavetank.emulator.http_guard.targets import NotCanonicalError, parse_authority, parse_target

BUCKETS = frozenset({"shared", "private", "queue", "000000000000", "a.s3.b"})
EXAMPLES_MAX = 200
HOST_PARTS = st.sampled_from(
    [
        *("shared", "private", "a", "x1", "eu-west-1", "us-east-1", "eu_west_1", "xx", "localhost"),
        *("lambda-url", "execute-api", "s3-website", "s3", "s3foo", "s3-x", "s3_x", "vpce-1"),
        *("a-vpce-1", "sqs", "queue", "localstack", "cloud", "S3", "LAMBDA-URL", "us-gov-east-1"),
    ]
)
HOSTS = st.lists(HOST_PARTS, min_size=1, max_size=6).map(".".join)
PATH_PARTS = st.sampled_from(
    [
        *("shared", "private", "queue", "000000000000", "key", "eu-west-1", "", ".", "..", "%2e"),
        *("restapis", "id", "stage", "_user_request_", "2015-03-31", "functions", "a.b", "q.fifo"),
        "resources",
    ]
)
PATHS = st.lists(PATH_PARTS, max_size=6).map(lambda parts: "/" + "/".join(parts))
METHODS = st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"])
QUERIES = st.sampled_from(["", "?list-type=2", "?Action=ListUsers", "?policy", "?uploads"])


@dataclass(frozen=True)
class Served:
    """What LocalStack makes of a request: of a data plane, of S3, or of anything else."""

    kind: RouteKind
    name: str = ""


def _endpoint() -> Any:
    """One that is never called, for routes that are only matched."""

    def endpoint(*_: object, **__: object) -> None:
        raise AssertionError

    endpoint.vpc_endpoint_handler = print  # type: ignore[attr-defined]  # as ApiGatewayEndpoint has
    return endpoint


@cache
def _router() -> Router[Any]:
    """With all routes of data planes and queues, as when all services are loaded."""
    router: Router[Any] = Router(
        dispatcher=handler_dispatcher(), converters={"greedy_path": GreedyPathConverter}
    )
    no_service: Any = None
    FunctionUrlRouter(router, no_service).register_routes()
    ApiGatewayRouter(router, _endpoint()).register_routes()
    register_website_hosting_routes(router, _endpoint())
    query_api.register(router)
    return router


@pytest.fixture(autouse=True, scope="module")
def s3_handler() -> Any:
    """S3's handler, which the service adds to the chain when it is loaded."""
    index: Any = SimpleNamespace(buckets=BUCKETS, cors={})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard_settings, "_s3_handler", lambda: S3CorsHandler(index))
        yield


@cache
def _s3_parser() -> Any:
    return create_parser(load_service("s3"))


def _request(method: str, host: str, target: str) -> Request:
    path, _, query = target.partition("?")
    request = Request(
        method, path, {"Host": host}, query_string=query, raw_path=path, server=("127.0.0.1", 4566)
    )
    request.environ["REMOTE_PORT"] = "1"
    return request


def _routed(request: Request) -> tuple[str, dict[str, Any]] | None:
    """The rule that LocalStack's router finds, and its arguments; None where it finds none."""
    adapter = _router().url_map.bind(server_name=request.host)
    try:
        rule, found = adapter.match(
            request.environ["RAW_URI"].partition("?")[0], method=request.method, return_rule=True
        )
    except (NotFound, RequestRedirect, MethodNotAllowed):
        return None
    return f"{rule.host}{rule.rule}", dict(found)


def _served(request: Request) -> Served:
    routed = _routed(request)
    return _served_by_s3(request) if routed is None else _by_rule(*routed)


def _by_rule(rule: str, found: dict[str, Any]) -> Served:
    if ".lambda-url." in rule:
        return Served(RouteKind.FUNCTION_URL, str(found["api_id"]).lower())
    if ".s3-website." in rule:
        return Served(RouteKind.WEBSITE, str(found["bucket_name"]))
    if "execute-api" in rule or "_user_request_" in rule:
        return Served(RouteKind.HTTP_API, str(found.get("api_id", "")))
    return Served(RouteKind.SERVICE)


def _served_by_s3(request: Request) -> Served:
    handler: Any = guard_settings._s3_handler()  # noqa: SLF001 - the one that is replaced above
    is_s3, _ = handler.pre_parse_s3_request(request)
    model = load_service("s3") if is_s3 else determine_aws_service_model(request)
    if model is None or model.service_name != "s3":
        return Served(RouteKind.SERVICE)
    try:
        operation, parameters = _s3_parser().parse(request)
    except RequestParserError:
        return Served(RouteKind.SERVICE)
    bucket = str(parameters.get("Bucket", ""))
    kind = RouteKind.OBJECT if parameters.get("Key") else RouteKind.BUCKET
    return Served(kind if bucket and operation.name else RouteKind.SERVICE, bucket)


def _classified(request: Request, target: str) -> Route | None:
    """The guard's route; None where it refuses."""
    try:
        host = parse_authority(request.headers["Host"])
        parsed = parse_target(target, host)
        return route_of(host.host, parsed, guard_settings.find_bucket(request))
    except NotCanonicalError:
        return None


@settings(max_examples=EXAMPLES_MAX, deadline=None)
@given(HOSTS, PATHS, METHODS, QUERIES)
@example("abc.lambda-url.localhost", "/2015-03-31/functions", "POST", "")
@example("shared.s3foo.localhost", "/shared", "DELETE", "")
@example("shared.s3-website.a.s3-website.localhost", "/key", "GET", "")
@example("localhost", "/000000000000/key", "GET", "")
@example("localhost", "/queue/eu-west-1/000000000000/key", "POST", "")
@example("shared.s3.localhost", "/000000000000/key", "POST", "")
@example("localhost", "/restapis/id/stage/x/_user_request_", "GET", "")
@example("a.s3.b.s3.localhost", "/key", "PUT", "")
def test_what_is_let_in_is_what_localstack_serves(
    host: str, path: str, method: str, query: str
) -> None:
    """A data plane's host, an API's path, a bucket and an object; the rest is a service's."""
    target = f"{path}{query}"
    request = _request(method, f"{host}:4566", target)
    route = _classified(request, target)
    if route is None or route.kind is RouteKind.SERVICE:
        return
    served = _served(_request(method, f"{host}:4566", target))
    if _passes_the_second_check(request, route):
        assert (served.kind, served.name) == (route.kind, route.name)


def _passes_the_second_check(request: Request, route: Route) -> bool:
    """Whether the request would get as far as an answer that is no refusal or redirect."""
    answered = Answered(is_browser=True, route=route)
    rule = find_rule(_router(), request)
    if why_not_routed(answered, rule) is not None:
        return False
    if rule is not None:
        return True
    if route.kind not in OPERATIONS:
        return False
    try:
        operation, parameters = _s3_parser().parse(request)
    except RequestParserError:
        return False
    return why_not_called(answered, operation.name, parameters, lambda _: ()) is None


@pytest.mark.parametrize(
    ("host", "path", "kind", "name"),
    [
        ("abc.lambda-url.eu-west-1.localhost", "/a/b", RouteKind.FUNCTION_URL, "abc"),
        ("api1.execute-api.localhost", "/stage/a", RouteKind.HTTP_API, "api1"),
        ("localhost", "/restapis/api1/stage/_user_request_/a", RouteKind.HTTP_API, "api1"),
        ("shared.s3-website.localhost", "/a", RouteKind.WEBSITE, "shared"),
        ("shared.s3-website.eu-west-1.localhost", "/", RouteKind.WEBSITE, "shared"),
        ("shared.s3.localhost", "/a", RouteKind.OBJECT, "shared"),
        ("shared.s3.eu-west-1.localhost", "/", RouteKind.BUCKET, "shared"),
        ("s3.localhost.localstack.cloud", "/shared/a", RouteKind.OBJECT, "shared"),
        ("localhost", "/shared/a", RouteKind.OBJECT, "shared"),
        ("localhost", "/shared", RouteKind.BUCKET, "shared"),
        ("localhost", "/queue/key", RouteKind.OBJECT, "queue"),
    ],
)
def test_usual_hosts_and_paths_have_their_routes(
    host: str, path: str, kind: RouteKind, name: str
) -> None:
    """As LocalStack's own router and parser say, and past the second check."""
    request = _request("GET", f"{host}:4566", path)
    route = _classified(request, path)
    assert route is not None
    assert (route.kind, route.name) == (kind, name)
    assert _passes_the_second_check(request, route)
    served = _served(_request("GET", f"{host}:4566", path))
    assert (served.kind, served.name) == (kind, name)


@pytest.mark.parametrize(
    "host",
    [
        "abc.lambda-url.localhost",
        "abc.lambda-url.xx.localhost",
        "abc.lambda-url.eu_west_1.localhost",
        "abc.lambda-url.eu-west-1",
        "abc.lambda-url.eu-west-1.s3.localhost",
        "abc.lambda-url.eu-west-1.s3-website.localhost",
        "vpce-1.execute-api.eu-west-1.vpce.localhost",
    ],
)
def test_hosts_that_resemble_a_data_plane_s_are_refused(host: str) -> None:
    """LocalStack's router would pass them on to the API of some service."""
    assert _classified(_request("GET", f"{host}:4566", "/"), "/") is None


@pytest.mark.parametrize("path", ["/000000000000/key", "/queue/eu-west-1/000000000000/key"])
def test_a_queue_s_path_is_no_bucket_s(path: str) -> None:
    """A bucket may be named as a queue's account; LocalStack's router serves the queue."""
    route = _classified(_request("POST", "localhost:4566", path), path)
    assert route is not None
    assert route.kind is RouteKind.SERVICE


@pytest.mark.parametrize(
    ("kind", "service", "is_served"),
    [
        (RouteKind.FUNCTION_URL, "lambda", False),
        (RouteKind.HTTP_API, "apigateway", False),
        (RouteKind.WEBSITE, "s3", False),
        (RouteKind.CONTROL, "s3", False),
        (RouteKind.OBJECT, "iam", False),
        (RouteKind.OBJECT, "s3", True),
        (RouteKind.BUCKET, "s3", True),
        (RouteKind.SERVICE, "iam", True),
    ],
)
def test_a_service_gets_only_what_was_let_in_for_it(
    kind: RouteKind, service: str, *, is_served: bool
) -> None:
    """A data plane's request has gone to its router, or goes nowhere."""
    answered = Answered(is_browser=True, route=Route(kind, "shared"))
    assert (why_not_served(answered, service) is None) is is_served


def test_an_operation_on_another_bucket_or_of_a_bucket_s_settings_is_not_called() -> None:
    """Whatever header, query or body made the request one."""
    answered = Answered(is_browser=True, route=Route(RouteKind.OBJECT, "shared"))

    def is_called(operation: str, bucket: str = "shared") -> bool:
        return why_not_called(answered, operation, {"Bucket": bucket}, lambda _: ()) is None

    assert is_called("PutObject")
    assert not is_called("PutObject", "private")
    settings_of_bucket = ("PutBucketPolicy", "PutBucketCors", "DeleteBucket", "PutObjectAcl")
    assert not any(is_called(each) for each in (*settings_of_bucket, "SelectObjectContent"))
