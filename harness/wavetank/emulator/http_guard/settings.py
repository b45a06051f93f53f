"""Buckets and CORS rules, as LocalStack and our HTTP APIs have them.

A bucket is found by LocalStack's own code, so that the decision is about the bucket that is used.
[LocalStack 4.14: services/s3/cors.py, services/lambda_/urlrouter.py]
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localstack.aws import handlers
from localstack.http import Request
from localstack.services.s3.cors import S3CorsHandler
from localstack.services.s3.utils import uses_host_addressing

from wavetank.emulator.http_entries.cors import CorsRule, rule_of_endpoint
from wavetank.emulator.http_entries.http_api_store import HTTP_APIS
from wavetank.emulator.http_guard.routing import Bucket, Route, RouteKind
from wavetank.emulator.http_guard.sharing import rules_of_bucket


def find_bucket(request: Request) -> Bucket | None:
    """The existing bucket that LocalStack finds in the request; None before S3 is loaded.

    LocalStack's CORS handler treats any host with `.s3` as a bucket's, its parser only one with
    `.s3.`: otherwise the parser reads the bucket from the path. None if they differ.
    """
    handler = _s3_handler()
    name = handler.pre_parse_s3_request(request)[1] if handler else None
    headers: Any = request.headers
    in_host = uses_host_addressing(headers)
    if name is None or in_host not in {None, name}:
        return None
    return Bucket(name, is_in_host=in_host is not None)


def find_rules(route: Route) -> Sequence[CorsRule]:
    """The CORS rules of the route's bucket, function URL or HTTP API."""
    match route.kind:
        case RouteKind.OBJECT | RouteKind.BUCKET | RouteKind.WEBSITE:
            handler = _s3_handler()
            found = handler.bucket_cors_index.cors.get(route.name) if handler else None
            return rules_of_bucket(found) if found else ()
        case RouteKind.FUNCTION_URL:
            rules = map(rule_of_endpoint, _function_url_settings(route.name))
            return [rule for rule in rules if rule]
        case RouteKind.HTTP_API:
            api = HTTP_APIS.find(route.name)
            return [api.cors] if api and api.cors else ()
        case _:
            return ()


def _s3_handler() -> S3CorsHandler | None:
    """The handler that the S3 service adds to the chain when it is loaded."""
    found = (h for h in handlers.preprocess_request.handlers if isinstance(h, S3CorsHandler))
    return next(found, None)


def _function_url_settings(url_id: str) -> Iterator[Mapping[str, Any]]:
    from localstack.services.lambda_.invocation.models import lambda_stores  # noqa: PLC0415 - loads Lambda, where a request names a function URL

    for _, _, store in lambda_stores.iter_stores():
        for function in list(store.functions.values()):
            for settings in list(function.function_url_configs.values()):
                if settings.url_id.lower() == url_id and settings.cors:
                    yield settings.cors
