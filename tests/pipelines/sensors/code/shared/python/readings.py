"""What functions of the pipeline share, as a layer."""

from collections.abc import Mapping
from typing import Any


def last_reading(item: Mapping[str, Any]) -> str:
    """When a gauge was read last."""
    return str(item.get("ReadAt", {}).get("S", "never"))
