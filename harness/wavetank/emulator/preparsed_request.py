"""Parameters that were never text, so that a gateway need not read them from the request."""

from typing import Any


class Parsed(dict[str, Any]):
    """As LocalStack's parser of the service would have read them, the absent ones included."""
