"""What carries the SDK's requests."""

from wavetank.clients import sandbox_clients
from wavetank.exchange import HttpRequest, HttpResponse
from wavetank.transport import carried_by


def test_a_request_that_is_left_to_others_goes_out_whole() -> None:
    """Who was asked first has read a body that is a stream, and still the next gets all of it."""
    first, second = list[bytes](), list[bytes]()

    def of_somebody_else(request: HttpRequest) -> None:
        first.append(request.body)

    def answered(request: HttpRequest) -> HttpResponse:
        second.append(request.body)
        return HttpResponse(200, {}, b"")

    with carried_by(answered), carried_by(of_somebody_else):
        s3 = sandbox_clients("http://elsewhere.invalid").s3
        s3.put_object(Bucket="bucket", Key="key", Body=b"all of it")
    assert b"all of it" in second[0]
    assert first == second
