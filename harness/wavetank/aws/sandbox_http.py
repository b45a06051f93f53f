"""HTTP to a sandbox's routes, without a proxy; besides the SDK nothing else calls a sandbox.

The host's `HTTP_PROXY`, `.netrc` and certificate variables are for the internet. A sandbox is on
this host or named by its user, and a proxy could answer in its place, or see what is sent to it.
"""

from typing import Any

import requests

from wavetank.core.errors import InfrastructureError

HTTP_SECONDS = 60


def request_sandbox(
    method: str,
    endpoint: str,
    path: str,
    *,
    body: Any = None,
    parameters: dict[str, Any] | None = None,
    timeout_seconds: float = HTTP_SECONDS,
) -> dict[str, Any]:
    """The JSON object that the sandbox at the endpoint returns; `body` is sent as JSON.

    Raises:
        InfrastructureError: it does not answer in time, or not with such an object.
    """
    url = f"{endpoint}/{path}"
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(
                method, url, json=body, params=parameters, timeout=timeout_seconds
            )
            answer.raise_for_status()
            return dict(answer.json())
    except (requests.RequestException, ValueError) as error:
        raise InfrastructureError(
            f"Wavetank's routes at {endpoint}",
            str(error),
            "start the sandbox with ./wavetank up or docker compose up",
        ) from error


def download(url: str, timeout_seconds: float = HTTP_SECONDS) -> bytes:
    """The content at a URL that a sandbox has signed, such as that of a function's code.

    Raises:
        InfrastructureError: the sandbox does not answer in time, or with an error.
    """
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(url, timeout=timeout_seconds)
            answer.raise_for_status()
            return answer.content
    except requests.RequestException as error:
        raise InfrastructureError("an answer of the sandbox", str(error), "run it again") from error
