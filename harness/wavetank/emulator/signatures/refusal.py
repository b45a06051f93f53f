"""Why a request is refused; `error_responses` converts it to the service's error."""

from dataclasses import dataclass
from enum import StrEnum, auto


class SignatureProblem(StrEnum):
    """The reasons for which a signature is refused."""

    MALFORMED = auto()
    """The header, query or form is not a valid signature; AWS checks nothing else then."""
    UNKNOWN_KEY = auto()
    WRONG_TOKEN = auto()
    EXPIRED_TOKEN = auto()
    SKEWED = auto()
    """The request's time is too far from the sandbox's."""
    EXPIRED_LINK = auto()
    UNSIGNED_HEADERS = auto()
    WRONG_BODY = auto()
    """The signed digest is not the body's."""
    WRONG_SIGNATURE = auto()
    POLICY = auto()
    """The policy of a POST does not allow the form."""


@dataclass(frozen=True)
class SignedText:
    """The text that the sandbox signed to verify a request, shown in the error."""

    access_key: str
    signature: str
    string_to_sign: str
    canonical_request: str = ""


class RefusedSignatureError(Exception):
    """A request whose signature is refused.

    `detail` is AWS's message if it depends on the request, `hint` an addition of the sandbox.
    `s3_code` is S3's code if it has a special one.
    """

    def __init__(
        self,
        reason: SignatureProblem,
        detail: str = "",
        *,
        text: SignedText | None = None,
        hint: str = "",
        s3_code: str = "",
    ) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.text = text
        self.hint = hint
        self.s3_code = s3_code
