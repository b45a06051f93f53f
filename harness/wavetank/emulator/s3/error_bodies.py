"""The XML of S3's errors: Code, Message, what the error is about, RequestId and HostId.

LocalStack adds `<Type>`, which only other services have, and omits the HostId.
[Amazon S3 API reference, ErrorResponses; LocalStack 4.14: aws/protocol/serializer.py]
"""

from typing import Any
from xml.etree import ElementTree as ET

from localstack.aws.api import ServiceException
from localstack.http import Response

from wavetank.emulator.patches import patch_of

HOST_ID_HEADER = "x-amz-id-2"
NAMESPACE = "xmlNamespace"
BUCKET_NAME = "BucketName"


def write_errors_as_s3() -> None:
    """Make LocalStack write the errors of S3 in AWS's XML."""
    patch_of("localstack.aws.protocol.serializer:S3ResponseSerializer._serialize_error").apply(
        _serialize_error
    )


def _serialize_error(
    self: Any,
    error: ServiceException,
    response: Response,
    shape: Any,
    operation_model: Any,
    mime_type: str,
    request_id: str,
) -> None:
    """Write the error; its modelled members are what it is about, such as a key."""
    namespace = operation_model.metadata.get(NAMESPACE)
    root = ET.Element("Error", {"xmlns": namespace} if namespace else {})
    ET.SubElement(root, "Code").text = error.code
    ET.SubElement(root, "Message").text = self._get_error_message(error)
    headers, members = self._partition_members(vars(error), shape)
    self._add_additional_error_tags(members, root, shape, mime_type)
    _add_bucket(root, error)
    ET.SubElement(root, "RequestId").text = request_id
    self._prepare_additional_traits_in_response(response, operation_model, request_id)
    ET.SubElement(root, "HostId").text = response.headers[HOST_ID_HEADER]
    self._process_header_members(headers, response, shape)
    response.set_response(self._encode_payload(self._node_to_string(root, mime_type)))


def _add_bucket(root: ET.Element, error: Any) -> None:
    """Name the bucket, also in errors whose model has no such member."""
    name = getattr(error, BUCKET_NAME, None)
    if name and root.find(BUCKET_NAME) is None:
        ET.SubElement(root, BUCKET_NAME).text = str(name)
