"""The only door to a sandbox's HTTP routes, besides the SDK: never by a proxy.

The host's `HTTP_PROXY`, `.netrc` and certificate variables are for the internet. A sandbox is on
this machine or named by its user, and a proxy would answer for it, or see what is sent to it.
"""

from typing import Any

import requests

from wavetank.core.errors import InfrastructureError

HTTP_SECONDS = 60


def ask_sandbox(
    method: str,
    endpoint: str,
    path: str,
    *,
    body: Any = None,
    parameters: dict[str, Any] | None = None,
    timeout_seconds: float = HTTP_SECONDS,
) -> dict[str, Any]:
    """The JSON object with which the sandbox at the endpoint answers; `body` is sent as JSON.

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
