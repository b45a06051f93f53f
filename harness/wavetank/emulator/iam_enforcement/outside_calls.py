"""Calls that LocalStack makes for whoever asks one of its routes: with their rights, not its own.

LocalStack serves queue URLs and websites by routes, ahead of its services, and calls SQS and S3
from there as itself, which every policy lets through. Here these clients say that a call comes from
outside, and it is checked like any other: of the key that the request was signed with, or of none.

[LocalStack 4.14: services/sqs/query_api.py, services/s3/website_hosting.py]
"""

from functools import cache
from typing import Any

from localstack.aws.connect import InternalClientFactory
from localstack.constants import INTERNAL_AWS_ACCESS_KEY_ID

from wavetank.emulator.iam_enforcement.callers import FROM_OUTSIDE, NO_KEY
from wavetank.emulator.patches import patch_of


class OutsideClientFactory(InternalClientFactory):
    """Clients whose calls are of those who sent LocalStack a request."""

    def _get_client_post_hook(self, client: Any) -> Any:
        client = super()._get_client_post_hook(client)
        client.meta.events.register_last("provide-client-params.*.*", _say_from_outside)
        return client


def _say_from_outside(context: Any, **_: Any) -> None:
    context["_localstack"] |= {FROM_OUTSIDE: True}


@cache
def outside_clients() -> OutsideClientFactory:
    """Makes the clients, and keeps them."""
    return OutsideClientFactory(use_ssl=False)


def unsigned_client(service: str) -> Any:
    """A client of the service whose calls have no signature."""
    return getattr(outside_clients()(aws_access_key_id=NO_KEY), service)


def check_queue_urls() -> None:
    """Has calls by a queue's URL checked like the SDK's."""

    def connect(*, aws_access_key_id: str, **given: Any) -> Any:
        key = NO_KEY if aws_access_key_id == INTERNAL_AWS_ACCESS_KEY_ID else aws_access_key_id
        return outside_clients()(aws_access_key_id=key, **given)

    patch_of("localstack.services.sqs.query_api:connect_to").apply(connect)
