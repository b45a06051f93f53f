"""Whatever is given as a name: a clear refusal, or names that AWS takes."""

import re

from hypothesis import given
from hypothesis import strategies as st

from wavetank.core.errors import UsageError
from wavetank.core.naming import Names, StreamNameCase, derive_names

NAME_PATTERNS = {
    "rule": r"[.\-_A-Za-z0-9]{1,64}",
    "streaming_function": r"[a-zA-Z0-9\-_]{1,64}",
    "notification_function": r"[a-zA-Z0-9\-_]{1,64}",
    "delivery_stream": r"[a-zA-Z0-9._\-]{1,64}",
    "bucket": r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]",
    "artifact_bucket": r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]",
    "table": r"[a-zA-Z0-9_.\-]{3,255}",
    "topic": r"[A-Za-z0-9_\-]{1,256}",
    "storage_stack": r"[a-zA-Z][\-a-zA-Z0-9]{0,127}",
    "pipeline_stack": r"[a-zA-Z][\-a-zA-Z0-9]{0,127}",
}
"""What each service's API reference allows, written anew: the code's own limits may be wrong."""

people = st.one_of(
    st.text(max_size=50),
    st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=50),
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz -'", max_size=50),
)


def _derive(first_name: str, surname: str, prefix: str, case: StreamNameCase) -> Names | None:
    try:
        return derive_names(first_name, surname, prefix=prefix, stream_name_case=case)
    except UsageError:
        return None


@given(
    people,
    people,
    st.one_of(st.just("DE"), st.text(max_size=14)),
    st.sampled_from(list(StreamNameCase)),
)
def test_any_input_is_refused_clearly_or_named_within_the_limits(
    first_name: str, surname: str, prefix: str, case: StreamNameCase
) -> None:
    """No input makes a traceback, and none a name that AWS would refuse half-way through."""
    names = _derive(first_name, surname, prefix, case)
    if names is None:
        return
    for resource, pattern in NAME_PATTERNS.items():
        assert re.fullmatch(pattern, getattr(names, resource)), resource
    assert all(re.fullmatch(r"[\w+=,.@\-]{1,64}", role, re.ASCII) for role in names.roles)


@given(
    st.from_regex(r"[A-Za-z]{1,20}", fullmatch=True),
    st.from_regex(r"[A-Za-z]{1,20}", fullmatch=True),
)
def test_plain_letters_follow_the_convention(first_name: str, surname: str) -> None:
    """Three letters of each part in capitals; the bucket has the whole name in small letters."""
    names = derive_names(first_name, surname)
    assert names.stem == f"DE{first_name[:3]}{surname[:3]}".upper()
    assert names.bucket == f"de{first_name}{surname}-deliverystream-s3".lower()
