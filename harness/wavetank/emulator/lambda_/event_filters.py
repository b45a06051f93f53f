"""The filters of event source mappings, matched as LocalStack's pollers do."""

import json
from collections.abc import Mapping
from typing import Any

from localstack.utils.event_matcher import matches_event


def matches(pattern: str, record: Mapping[str, Any]) -> bool:
    """Whether the record matches the pattern, which is JSON."""
    return bool(matches_event(json.loads(pattern), dict(record)))
