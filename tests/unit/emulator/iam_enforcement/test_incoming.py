"""An upload by a form: the key that is checked is the key that is written."""

from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api import CommonServiceException
from localstack.http import Request

from wavetank.emulator.iam_enforcement.incoming import call_of

BOUNDARY = "x"
FILE = ("file", "data")


def _parameters(*fields: tuple[str, str], filename: str | None = "a.txt") -> Any:
    """Those of the call; the field `file` is a file where it has a name."""
    body = ""
    for name, value in fields:
        named = f'; filename="{filename}"' if name == "file" and filename else ""
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        body += f"{value}\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    request = Request("POST", "/b", headers, f"{body}--{BOUNDARY}--\r\n")
    context: Any = SimpleNamespace(
        service=SimpleNamespace(service_name="s3"),
        operation=SimpleNamespace(name="PostObject"),
        service_request={"Bucket": "b"},
        request=request,
        account_id="000000000000",
        region="eu-west-1",
    )
    with request:  # which closes its files
        found = call_of(context).parameters
        stored = request.form["key"]
        if "file" not in request.form:
            stored = stored.replace("${filename}", request.files["file"].filename or "")
    assert found["Key"] == stored  # as S3's provider reads it
    return found


def test_the_fields_are_read_by_their_names() -> None:
    """Those of other spellings are of no meaning to S3's provider."""
    found = _parameters(("key", "up/${filename}"), ("acl", "private"), ("TAGGING", "t"), FILE)
    assert (found["Key"], found["ACL"]) == ("up/a.txt", "private")
    assert "Tagging" not in found


def test_a_file_that_is_a_field_gives_no_name() -> None:
    """The provider leaves the key as it is."""
    assert _parameters(("key", "up/${filename}"), FILE, filename=None)["Key"] == "up/${filename}"


@pytest.mark.parametrize(
    "fields",
    [
        (("key", "secret"), ("Key", "allowed"), FILE),
        (("Key", "allowed"), ("key", "secret"), FILE),
        (("key", "allowed"), ("key", "secret"), FILE),
        (("key", "a"), ("acl", "private"), ("ACL", "public-read"), FILE),
        (("key", "a"), FILE, FILE),
        (("key", "a"), ("FILE", "x"), FILE),
        (("Key", "a"), FILE),
        (("key", ""), FILE),
        (FILE,),
    ],
)
def test_a_form_that_two_could_read_differently_is_refused(
    fields: tuple[tuple[str, str], ...],
) -> None:
    """Repeated, or with another spelling of the name; or without a key."""
    with pytest.raises(CommonServiceException) as raised:
        _parameters(*fields)
    assert raised.value.code == "InvalidArgument"
