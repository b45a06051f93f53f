"""The SDK's requests: to a function in this process, and then to whoever carried them before."""

import io

from wavetank.aws.clients import sandbox_clients
from wavetank.aws.http_interception import intercept_http
from wavetank.core.http_types import HttpRequest, HttpResponse

CONTENT = b"a zip, say"


def test_a_request_for_somebody_else_is_handed_on_whole() -> None:
    """Its body may be a file, which can be read only once, and was shown to the function first."""
    bodies: list[bytes] = []

    def answer(request: HttpRequest) -> HttpResponse:
        bodies.append(request.body)
        return HttpResponse(200, {}, b"")

    aws = sandbox_clients("http://localstack.invalid")
    with intercept_http(answer), intercept_http(lambda _: None):
        aws.s3.put_object(Bucket="code", Key="function.zip", Body=io.BytesIO(CONTENT))
    assert len(bodies) == 1
    assert CONTENT in bodies[0]
