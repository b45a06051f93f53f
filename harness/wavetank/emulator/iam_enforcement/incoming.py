"""Reads a received request: its parameters, and the metadata for condition keys."""

from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext

from wavetank.emulator.iam_enforcement.condition_keys.action_context import Origin
from wavetank.emulator.iam_enforcement.principal_resolution import Caller
from wavetank.emulator.iam_enforcement.required_action import Call, Parameters

LOCAL_ADDRESS = "127.0.0.1"
FORM_FIELDS = {
    "acl": "ACL",
    "tagging": "Tagging",
    "x-amz-object-lock-legal-hold": "ObjectLockLegalHoldStatus",
    "x-amz-object-lock-mode": "ObjectLockMode",
    "x-amz-object-lock-retain-until-date": "ObjectLockRetainUntilDate",
    "x-amz-server-side-encryption": "ServerSideEncryption",
    "x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "x-amz-storage-class": "StorageClass",
    "x-amz-website-redirect-location": "WebsiteRedirectLocation",
}
"""The fields of an upload by an HTML form that are parameters of PutObject.

[Amazon S3 API reference, RESTObjectPOST]
"""


def call_of(context: RequestContext) -> Call:
    """The call, including the fields of an upload by a form."""
    assert context.service is not None  # the call is already parsed
    assert context.operation is not None
    parameters: Parameters = context.service_request or {}
    if context.operation.name == "PostObject":
        parameters = {**parameters, **_form_parameters(context.request)}
    return Call(
        service=context.service.service_name,
        operation=context.operation.name,
        parameters=parameters,
        account=context.account_id,
        region=context.region,
    )


def _form_parameters(request: Any) -> dict[str, Any]:
    """The fields as LocalStack reads them: by their exact names, the first of each.

    Raises:
        CommonServiceException: InvalidArgument, if two parsers could read different fields.
    """
    form, files = request.form, request.files
    names = [name.lower() for each in (form, files) for name, _ in each.items(multi=True)]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise _invalid_form(f"POST requires exactly one field of a name; found more: {repeated}")
    key = form.get("key")
    if not key:
        raise _invalid_form("Bucket POST must contain a field named 'key'.")
    if "file" in files:
        key = key.replace("${filename}", files["file"].filename or "")
    found = {name: form[field] for field, name in FORM_FIELDS.items() if form.get(field)}
    return {"Key": key, **found}


def _invalid_form(message: str) -> CommonServiceException:
    return CommonServiceException("InvalidArgument", message, sender_fault=True)


def origin_of(context: RequestContext, caller: Caller) -> Origin:
    """The origin of the call; its headers and query are read only if a policy refers to them."""
    internal: Any = context.internal_request_params or {}
    arn = internal.get("source_arn")
    request: Any = context.request
    return Origin(
        address=request.remote_addr or LOCAL_ADDRESS,
        request=request,
        source_arn=_as_services_have_it(str(arn)) if arn else None,
        called_via=caller.called_via,
    )


def _as_services_have_it(arn: str) -> str:
    """The ARN in aws:SourceArn: that of a log group ends with `:*`, which LocalStack omits.

    [CloudWatch Logs user guide: "Log group-level subscription filters", `--source-arn`]
    """
    is_group = ":log-group:" in arn and not arn.endswith(":*")
    return f"{arn}:*" if is_group else arn
