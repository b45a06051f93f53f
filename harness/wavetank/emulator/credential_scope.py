"""Parses a signature's credential scope: access key, region and service.

A signature begins with its scope, which is the same for all calls of a session to a service on one
day; the rest differs from call to call. The scope is parsed once and cached, instead of being
searched for repeatedly in the whole signature.
[LocalStack 4.14: utils/aws/request_context.py, aws/accounts.py]
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.constants import DEFAULT_AWS_ACCOUNT_ID
from localstack.utils.aws.arns import get_partition
from localstack.utils.aws.request_context import (
    extract_access_key_id_from_auth_header,
    extract_region_from_headers,
)

CACHE_SIZE = 4096


@dataclass(frozen=True)
class RequestScope:
    """Access key, account, region and partition of a signed request.

    `access_key` is never empty.
    """

    access_key: str
    account: str
    region: str
    partition: str


def scope_of(headers: Any) -> RequestScope:
    """The scope that a request with these headers is signed with."""
    return _scope((headers.get("Authorization") or "").partition(",")[0])


@lru_cache(CACHE_SIZE)
def _scope(signed: str) -> RequestScope:
    headers: Any = {"Authorization": signed}
    region = extract_region_from_headers(headers)
    key = extract_access_key_id_from_auth_header(headers) or ""
    account = get_account_id_from_access_key_id(key or DEFAULT_AWS_ACCOUNT_ID)
    return RequestScope(key, account, region, get_partition(region))
