"""Whose rights LocalStack's CloudFormation acts with, thread by thread.

The thread that handles a request acts for its caller, and so does the thread of an operation that
the request begins. What CloudFormation calls there (resources, templates and includes in S3,
macros, dynamic references) is signed with these credentials and checked like a call of theirs.
A thread of which nothing is known has no rights at all.
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

from wavetank.emulator.iam_enforcement.callers import CALLED_VIA, UNCHECKED
from wavetank.emulator.patches import patch_of

PRINCIPAL = "cloudformation.amazonaws.com"
UNCHECKED_OF_TYPES: Mapping[str, Mapping[str, str]] = {
    "AWS::S3::Bucket": {"s3:PutBucketAcl": "AccessControl"},
}
"""What LocalStack's providers of a type call and AWS's do not, unless the property is set."""
CALLING = (
    "localstack.services.cloudformation.api_utils:connect_to",
    "localstack.services.cloudformation.engine.parameters:connect_to",
    "localstack.services.cloudformation.engine.policy_loader:connect_to",
    "localstack.services.cloudformation.engine.transformers:connect_to",
    "localstack.services.cloudformation.engine.v2.change_set_model_transform:connect_to",
    "localstack.services.cloudformation.engine.v2.resolving:connect_to",
)
"""Where LocalStack's CloudFormation calls services for the sender of a template."""


@dataclass(frozen=True)
class Credentials:
    """What calls are signed with; a key of None is the administrator of the account."""

    access_key: str | None
    token: str | None = None


ADMINISTRATOR = Credentials(None)
UNKNOWN = Credentials("LKIAWAVETANKUNKNOWN0")
"""A key of the form of those that are issued, which was not issued: every call is refused."""
_THREAD = threading.local()


def current() -> Credentials:
    """Those of this thread."""
    found: Credentials = getattr(_THREAD, "credentials", UNKNOWN)
    return found


@contextmanager
def acting_as(credentials: Credentials) -> Iterator[None]:
    """For the body, this thread acts with them."""
    former = current()
    _THREAD.credentials = credentials
    try:
        yield
    finally:
        _THREAD.credentials = former


class CallersClientFactory(resource_provider.ConvertingInternalClientFactory):
    """Clients that say on whose behalf they call, and what of it is not checked."""

    def __init__(self, unchecked: tuple[str, ...]) -> None:
        super().__init__(use_ssl=False)
        self._unchecked = unchecked

    def _get_client_post_hook(self, client: Any) -> Any:
        client = super()._get_client_post_hook(client)
        say = partial(_say_called_via, self._unchecked)
        client.meta.events.register_last("provide-client-params.*.*", say)
        return client


class _PlainCallersClientFactory(InternalClientFactory):
    """The same, with the parameters of the SDK and not of templates."""

    def _get_client_post_hook(self, client: Any) -> Any:
        client = super()._get_client_post_hook(client)
        say = partial(_say_called_via, ())
        client.meta.events.register_last("provide-client-params.*.*", say)
        return client


_factories = cache(CallersClientFactory)
_plain_factory = cache(lambda: _PlainCallersClientFactory(use_ssl=False))


class ConnectAsCaller:
    """In place of LocalStack's `connect_to`: the clients sign with the thread's credentials."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As LocalStack's, but for the key."""
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
    """Has CloudFormation sign as its callers; changes LocalStack for good."""
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
    """What the provider of the resource's type calls by itself."""
    properties = request.desired_state or {}
    of_type = UNCHECKED_OF_TYPES.get(request.resource_type, {})
    return tuple(action for action, name in of_type.items() if name not in properties)


def _say_called_via(unchecked: tuple[str, ...], context: Any, **_: Any) -> None:
    context["_localstack"] |= {CALLED_VIA: PRINCIPAL, UNCHECKED: list(unchecked)}
