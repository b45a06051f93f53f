"""A request as it was sent, before it is decoded."""

from wavetank.emulator.signatures.message import make_message


def test_a_target_may_be_a_whole_url() -> None:
    """Sent so to a proxy; path and query stay encoded."""
    message = make_message("GET", "http://host:1/a%2Fb//c?x=%20y&z", [("Host", "host:1")])
    assert (message.path, message.query) == ("/a%2Fb//c", "x=%20y&z")
    assert message.query_pairs == (("x", " y"), ("z", ""))


def test_a_path_may_begin_with_two_slashes() -> None:
    """Which is no host's name."""
    assert make_message("GET", "//a?b", []).path == "//a"


def test_headers_of_one_name_are_joined() -> None:
    """In the order in which they were sent, whatever their case."""
    message = make_message("GET", "/", [("X-Amz-A", "1"), ("x-amz-a", "2")])
    assert message.headers == {"x-amz-a": "1,2"}


def test_repeated_parameters_are_known() -> None:
    """The first is what LocalStack reads."""
    message = make_message("GET", "/?a=1&b=2&a=3", [])
    assert message.parameters == {"a": "1", "b": "2"}
    assert message.repeated_parameters == {"a"}


def test_bytes_that_are_no_text_stay_different() -> None:
    """Two of them are not the same parameter."""
    first, second = (make_message("GET", f"/?a={byte}", []) for byte in ("%ff", "%fe"))
    assert first.parameters != second.parameters


def test_characters_beyond_ascii_are_encoded_as_utf_8() -> None:
    """As a client has to that is careless."""
    assert make_message("GET", "/ä?ö", []).path == "/%C3%A4"
