"""Request parameters that were never serialized, so that a gateway need not parse the request."""

from typing import Any


class Parsed(dict[str, Any]):
    """The parameters as LocalStack's parser would return them, including absent ones."""
