"""The requests of `simulator.http`."""

from wavetank.core.http_call import http_call


def test_a_dict_is_sent_as_json() -> None:
    """So the function gets a text, which a body without a type is not."""
    call = http_call("post", "/orders", {}, {"order": 7})
    assert (call.body, call.header("content-type")) == (b'{"order": 7}', "application/json")


def test_a_given_type_is_kept() -> None:
    """In any case of its name."""
    call = http_call("POST", "/", {"content-type": "text/x-orders"}, [7])
    assert (call.body, call.header("Content-Type")) == (b"[7]", "text/x-orders")
