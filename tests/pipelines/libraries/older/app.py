"""Uses an older NumPy than the other function."""

import json
from typing import Any

import numpy as np


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Its version, and a sum."""
    del event, context
    return {"statusCode": 200, "body": json.dumps([np.__version__, int(np.arange(5).sum())])}
