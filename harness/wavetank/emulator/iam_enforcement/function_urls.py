"""Function URLs: checks who may invoke by one, which LocalStack does not check.

With `AWS_IAM` the request is signed for the service `lambda`, by a caller who may
lambda:InvokeFunctionUrl. With `NONE` the function's policy must allow that to everyone. Other
requests are refused with 403 and `Forbidden`.
[Lambda developer guide: urls-auth; LocalStack 4.14: services/lambda_/urlrouter.py]
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from localstack.http import Response
from localstack.services.lambda_.invocation.models import lambda_stores

from wavetank.emulator.credential_scope import scope_of
from wavetank.emulator.iam_enforcement.condition_keys.action_context import Origin
from wavetank.emulator.iam_enforcement.principal_resolution import UNSIGNED, Caller, caller_of_key
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction
from wavetank.emulator.patches import patch_of
from wavetank.emulator.signatures.refusal import RefusedSignatureError

ACTION = "lambda:InvokeFunctionUrl"
AUTH_TYPE = "lambda:FunctionUrlAuthType"
IAM = "AWS_IAM"
SIGNED_FOR = "/lambda/aws4_request"
FORBIDDEN = '{"Message":"Forbidden"}'

type IsAllowed = Callable[[Caller, RequiredAction, Call, Callable[[], Origin]], bool]
"""Whether policies allow the caller the required action."""


def check_function_urls(is_allowed: IsAllowed) -> None:
    """Make LocalStack's router check before it invokes; call this before Lambda is loaded."""
    patch = patch_of(
        "localstack.services.lambda_.urlrouter:FunctionUrlRouter.handle_lambda_url_invocation"
    )
    stock = patch.original()

    def handle(router: Any, request: Any, api_id: str, region: str, **given: str) -> Response:
        url = next(_settings(api_id, region), None)
        if url is not None and not _may_invoke(url, request, region, is_allowed):
            answer = Response(FORBIDDEN, HTTPStatus.FORBIDDEN, content_type="application/json")
            answer.headers["x-amzn-ErrorType"] = "AccessDeniedException"
            return answer
        answered: Response = stock(router, request, api_id, region, **given)
        return answered

    patch.apply(handle)


def _settings(api_id: str, region: str) -> Iterator[Any]:
    """The settings of the URL; LocalStack uses the last of them, and only one exists."""
    found = [
        settings
        for account in list(lambda_stores)
        for function in list(lambda_stores[account][region].functions.values())
        for settings in list(function.function_url_configs.values())
        if settings.url_id.lower() == api_id.lower()
    ]
    yield from reversed(found)


def _may_invoke(url: Any, request: Any, region: str, is_allowed: IsAllowed) -> bool:
    caller, account = UNSIGNED, url.function_arn.split(":")[4]
    auth_type = str(url.auth_type)
    if auth_type == IAM:
        authorization = request.headers.get("Authorization") or ""
        scope = scope_of(request.headers)
        if not scope.access_key or SIGNED_FOR not in authorization.partition(",")[0]:
            return False
        try:
            caller, account = caller_of_key(scope.account, scope.access_key), scope.account
        except (
            RefusedSignatureError
        ):  # if signatures are not verified, nothing has refused the key before
            return False
    arn = url.function_arn.removesuffix(":$LATEST")
    required = RequiredAction(ACTION, arn, {AUTH_TYPE: (auth_type,)})
    call = Call("lambda", "InvokeFunctionUrl", {"FunctionName": arn}, account, region)
    return is_allowed(
        caller, required, call, lambda: Origin(address=_address(request), request=request)
    )


def _address(request: Any) -> str:
    return str(request.remote_addr or "127.0.0.1")
