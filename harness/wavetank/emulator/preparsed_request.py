"""Request parameters that were never serialized, so that a gateway need not parse the request."""

from typing import Any


class Parsed(dict[str, Any]):
    """Parameters of a request as LocalStack's parser returns them, including absent ones."""
