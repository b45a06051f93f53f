"""The credentials that LocalStack's CloudFormation signs with, thread by thread.

The thread that handles a request uses its caller's credentials, and so does the thread of an
operation that the request begins. What CloudFormation calls there (resources, templates and
includes in S3, macros, dynamic references) is signed with these credentials and checked like the
caller's own calls. A thread without known credentials has no permissions at all.
[IAM user guide, aws:CalledVia in reference_policies_condition-keys; LocalStack 4.14:
cloudformation/resource_provider.py, api_utils.py, engine]
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from localstack.aws.connect import InternalClientFactory, connect_to
from localstack.services.cloudformation import resource_provider

from wavetank.emulator.iam_enforcement.principal_resolution import CALLED_VIA, UNCHECKED
from wavetank.emulator.patches import patch_of

PRINCIPAL = "cloudformation.amazonaws.com"
UNCHECKED_OF_TYPES: Mapping[str, Mapping[str, str]] = {
    "AWS::S3::Bucket": {"s3:PutBucketAcl": "AccessControl"},
}
"""Calls of LocalStack's providers that AWS's do not make unless the property is set, by type."""
CALLING = (
    "localstack.services.cloudformation.api_utils:connect_to",
    "localstack.services.cloudformation.engine.parameters:connect_to",
    "localstack.services.cloudformation.engine.policy_loader:connect_to",
    "localstack.services.cloudformation.engine.transformers:connect_to",
    "localstack.services.cloudformation.engine.v2.change_set_model_transform:connect_to",
    "localstack.services.cloudformation.engine.v2.resolving:connect_to",
)
"""Modules in which LocalStack's CloudFormation calls services for the sender of a template."""


@dataclass(frozen=True)
class Credentials:
    """Credentials that sign calls; a key of None is the account's administrator."""

    access_key: str | None
    token: str | None = None


ADMINISTRATOR = Credentials(None)
UNKNOWN = Credentials("LKIAWAVETANKUNKNOWN0")
"""A key in the form of issued keys that was never issued: every call with it is refused."""
_THREAD = threading.local()


def current() -> Credentials:
    """The credentials of this thread."""
    found: Credentials = getattr(_THREAD, "credentials", UNKNOWN)
    return found


@contextmanager
def acting_as(credentials: Credentials) -> Iterator[None]:
    """Use the credentials in this thread while the body runs."""
    former = current()
    _THREAD.credentials = credentials
    try:
        yield
    finally:
        _THREAD.credentials = former


class CallersClientFactory(resource_provider.ConvertingInternalClientFactory):
    """Creates clients that mark calls with their caller, and with the unchecked actions."""

    def __init__(self, unchecked: tuple[str, ...]) -> None:
        super().__init__(use_ssl=False)
        self._unchecked = unchecked

    def _get_client_post_hook(self, client: Any) -> Any:
        client = super()._get_client_post_hook(client)
        mark = partial(_mark_called_via, self._unchecked)
        client.meta.events.register_last("provide-client-params.*.*", mark)
        return client


class _PlainCallersClientFactory(InternalClientFactory):
    """The same, with the parameters of the SDK instead of a template's."""

    def _get_client_post_hook(self, client: Any) -> Any:
        client = super()._get_client_post_hook(client)
        mark = partial(_mark_called_via, ())
        client.meta.events.register_last("provide-client-params.*.*", mark)
        return client


_factories = cache(CallersClientFactory)
_plain_factory = cache(lambda: _PlainCallersClientFactory(use_ssl=False))


class ConnectAsCaller:
    """Replaces LocalStack's `connect_to`: its clients sign with the thread's credentials."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """LocalStack's method, with the thread's credentials."""
        credentials = current()
        if credentials == ADMINISTRATOR:
            return connect_to(*args, **kwargs)
        return _plain_factory()(
            aws_access_key_id=credentials.access_key,
            aws_session_token=credentials.token,
            region_name=kwargs.get("region_name"),
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self(), name)


@cache
def act_for_callers() -> None:
    """Make CloudFormation sign as its callers, for the rest of the process's life."""
    connect = ConnectAsCaller()
    for target in CALLING:
        patch_of(target).apply(connect)
    patch = patch_of(
        "localstack.services.cloudformation.resource_provider:ResourceRequest.__init__"
    )
    stock = patch.original()

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        stock(self, *args, **kwargs)
        credentials = current()
        if credentials != ADMINISTRATOR:
            self.aws_client_factory = _factories(_unchecked(self))(
                aws_access_key_id=credentials.access_key,
                aws_session_token=credentials.token,
                region_name=self.region_name,
            )

    patch.apply(init)


def _unchecked(request: Any) -> tuple[str, ...]:
    """The actions that only LocalStack's provider of the resource's type calls."""
    properties = request.desired_state or {}
    of_type = UNCHECKED_OF_TYPES.get(request.resource_type, {})
    return tuple(action for action, name in of_type.items() if name not in properties)


def _mark_called_via(unchecked: tuple[str, ...], context: Any, **_: Any) -> None:
    context["_localstack"] |= {CALLED_VIA: PRINCIPAL, UNCHECKED: list(unchecked)}
