"""The routes by which LocalStack serves requests ahead of its services, and their permissions.

| route | calls | with the permissions of |
|---|---|---|
| a queue's URL | SQS | the request's key; see `outside_calls` |
| a website's host | S3 | everyone; see `websites` |
| a function URL | the function | the request's key; see `function_urls` |
| an API's host or path | the function | the service `apigateway`, for the route |
| `/_aws`, `/_localstack` | stores, or a service | LocalStack: tools, and no API of AWS |

Calls that services make for themselves, such as deliveries, are made by their own principals.
[LocalStack 4.14: services/edge.py and what adds to its ROUTER]
"""

from wavetank.emulator.iam_enforcement.function_urls import IsAllowed, check_function_urls
from wavetank.emulator.iam_enforcement.outside_calls import check_queue_urls
from wavetank.emulator.iam_enforcement.websites import check_websites


def check_routes(is_allowed: IsAllowed) -> None:
    """Check policies on each of these routes; call this before LocalStack loads the services."""
    check_function_urls(is_allowed)
    check_queue_urls()
    check_websites()
