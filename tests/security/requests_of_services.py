"""A request for every operation of every service, in each of its protocols, from AWS's models.

What a browser can be made to send: an address, a body, and headers. The values of parameters do not
matter to what is tested; where they are in a path they are names of things that exist.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from localstack.aws.spec import load_service

from tests.security.conftest import BUCKET, KEY
from wavetank.engines.localstack_child import SERVICES

CREDENTIALS = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "test/20260101/eu-west-1/{service}/aws4_request",
    "X-Amz-Date": "20260101T000000Z",
    "X-Amz-Expires": "604800",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "00",
}
"""The credentials of a presigned link, which need no header and so no permission of a browser's."""
FORM = "application/x-www-form-urlencoded"
ARGUMENT = re.compile(r"\{(\w+)\+?\}")
KNOWN = {"Bucket": BUCKET, "Key": KEY}


@dataclass(frozen=True)
class ServiceRequest:
    """A request that a service would answer; `host` None is the sandbox's own."""

    name: str
    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    host: str | None = None


def of_every_protocol() -> list[ServiceRequest]:
    """One request of each service in each of its protocols: what is tested with every attack."""
    found: dict[tuple[str, str, str], ServiceRequest] = {}
    for request in of_every_operation():
        service, protocol, _ = request.name.split(":")
        found.setdefault((service, protocol, request.method), request)
    return list(found.values())


def of_every_operation() -> Iterator[ServiceRequest]:
    """All operations of LocalStack's services that a sandbox has."""
    for service in SERVICES:
        model = load_service(service)
        protocols = model.metadata.get("protocols") or [model.metadata["protocol"]]
        for protocol in dict.fromkeys([*protocols, *_further(service)]):
            for name in model.operation_names:
                yield from _requests(service, protocol, model.operation_model(name))


def _further(service: str) -> list[str]:
    """Protocols that LocalStack speaks with the service besides those of its model."""
    return {"sqs": ["query", "json"], "cloudwatch": ["query", "json", "smithy-rpc-v2-cbor"]}.get(
        service, []
    )


def _requests(service: str, protocol: str, operation: Any) -> Iterator[ServiceRequest]:
    model, name = operation.service_model, f"{service}:{protocol}:{operation.name}"
    match protocol:
        case "query" | "ec2":
            call = urlencode({"Action": operation.name, "Version": model.api_version})
            signed = urlencode(_credentials(service))
            yield ServiceRequest(name, "GET", f"/?{call}&{signed}")
            yield ServiceRequest(name, "POST", f"/?{signed}", {"Content-Type": FORM}, call.encode())
        case "json":
            version = model.metadata.get("jsonVersion", "1.0")
            headers = {
                "Content-Type": f"application/x-amz-json-{version}",
                "X-Amz-Target": f"{model.metadata.get('targetPrefix', '')}.{operation.name}",
            }
            yield ServiceRequest(name, "POST", "/", headers, b"{}")
        case "smithy-rpc-v2-cbor":
            target = f"/service/{model.metadata.get('targetPrefix')}/operation/{operation.name}"
            headers = {"Content-Type": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor"}
            yield ServiceRequest(name, "POST", target, headers, b"\xa0")
        case _:
            # a client that has called it before took the bucket out of its model's path
            path = operation.http.get("authPath", operation.http["requestUri"])
            uri = ARGUMENT.sub(lambda found: KNOWN.get(found[1], "x"), path)
            joint = "&" if "?" in uri else "?"
            target = f"{uri}{joint}{urlencode(_credentials(service))}"
            body = json.dumps({}).encode() if protocol == "rest-json" else b""
            yield ServiceRequest(name, operation.http["method"], target, {}, body)


def _credentials(service: str) -> dict[str, str]:
    return {name: value.format(service=service) for name, value in CREDENTIALS.items()}
