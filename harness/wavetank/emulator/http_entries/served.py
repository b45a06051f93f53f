"""Requests and responses of LocalStack's server as the calls and answers of this package."""

from localstack.http import Request, Response

from wavetank.core.http_call import HttpAnswer, HttpCall


def http_call_of(request: Request, path: str) -> HttpCall:
    """The call that a client sent, with that path, as it stands in the URL."""
    query = request.query_string.decode()
    headers = tuple((name, value) for name, value in request.headers.items())
    return HttpCall(request.method, path, query, headers, request.get_data())


def fill_response(response: Response, answer: HttpAnswer) -> None:
    """Make the answer the response."""
    response.status_code = answer.status
    response.data = answer.body
    for name, value in answer.headers.items():
        response.headers.set(name, value)
    for cookie in answer.cookies:
        response.headers.add("Set-Cookie", cookie)
