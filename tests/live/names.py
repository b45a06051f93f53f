"""Names that no other test has, so that tests share one LocalStack."""

import uuid

from wavetank.core.naming import Names, derive_names

LETTERS = "abcdefghijklmnop"


def unique_letters() -> str:
    """Twelve letters that no other test has: hexadecimal digits as letters."""
    return "".join(LETTERS[int(digit, 16)] for digit in uuid.uuid4().hex[:12])


def unique_names() -> Names:
    """A person that no other test has; the prefix keeps the stem unique too."""
    letters = unique_letters()
    return derive_names(letters[:6], letters[6:], prefix=f"T{letters[:8]}")
