"""Calls that LocalStack makes for requests to its routes: with the requester's permissions.

LocalStack serves queue URLs and websites by routes, ahead of its services, and calls SQS and S3
from there as itself, which every policy allows. Here these clients mark a call as coming from
outside, so it is checked like any other: for the key that the request was signed with, or for none.

[LocalStack 4.14: services/sqs/query_api.py, services/s3/website_hosting.py]
"""

from functools import cache
from typing import Any

from localstack.aws.connect import InternalClientFactory
from localstack.constants import INTERNAL_AWS_ACCESS_KEY_ID

from wavetank.emulator.iam_enforcement.principal_resolution import FROM_OUTSIDE, NO_KEY
from wavetank.emulator.patches import patch_of


class OutsideClientFactory(InternalClientFactory):
    """Creates clients whose calls have the permissions of the HTTP request's sender."""

    def _get_client_post_hook(self, client: Any) -> Any:
        client = super()._get_client_post_hook(client)
        client.meta.events.register_last("provide-client-params.*.*", _mark_from_outside)
        return client


def _mark_from_outside(context: Any, **_: Any) -> None:
    context["_localstack"] |= {FROM_OUTSIDE: True}


@cache
def outside_clients() -> OutsideClientFactory:
    """Create the clients, and cache them."""
    return OutsideClientFactory(use_ssl=False)


def unsigned_client(service: str) -> Any:
    """A client of the service whose calls have no signature."""
    return getattr(outside_clients()(aws_access_key_id=NO_KEY), service)


def check_queue_urls() -> None:
    """Check calls by a queue's URL like the SDK's."""

    def connect(*, aws_access_key_id: str, **given: Any) -> Any:
        key = NO_KEY if aws_access_key_id == INTERNAL_AWS_ACCESS_KEY_ID else aws_access_key_id
        return outside_clients()(aws_access_key_id=key, **given)

    patch_of("localstack.services.sqs.query_api:connect_to").apply(connect)
