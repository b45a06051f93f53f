"""Account and region are read from a signature as LocalStack reads them."""

from typing import Any

import pytest
from localstack.aws.api import RequestContext
from localstack.aws.handlers.auth import AccountIdEnricher
from localstack.aws.handlers.region import RegionContextEnricher
from localstack.http import Request

from wavetank.emulator.in_process.gateway import BY_SCOPE

V4 = "AWS4-HMAC-SHA256 Credential={key}/20261124/{region}/s3/aws4_request, SignedHeaders=host, "
SIGNATURES = [
    V4.format(key="LSIAQAAAAAAAGTRAKQEE", region="eu-west-1") + "Signature=0",
    V4.format(key="123456789012", region="us-gov-west-1") + "Signature=1",
    V4.format(key="AKIA" + "A" * 16, region="cn-north-1") + "Signature=2",
    V4.format(key="test", region="nowhere").replace(", ", ",") + "Signature=3",
    "AWS test:signature",
    "Bearer token",
    "",
    None,
]


def _read(signature: str | None, handlers: list[Any]) -> tuple[object, ...]:
    headers = {} if signature is None else {"Authorization": signature}
    context = RequestContext(Request("GET", "/", headers=headers))
    for handler in handlers:
        handler(None, context, None)
    moto = context.request.headers.getlist("x-moto-account-id")
    return context.account_id, context.region, context.partition, moto


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_scope_has_the_values_of_the_whole_signature(signature: str | None) -> None:
    """The first time, and when it is known; of any form of signature, and of none."""
    theirs = _read(signature, [RegionContextEnricher(), AccountIdEnricher()])
    for _ in range(2):
        assert _read(signature, list(BY_SCOPE.values())) == theirs
