"""Check the assignment's requirements against a deployed pipeline, never against its templates."""

from wavetank.inspection.requirements.checker import check_requirements
from wavetank.inspection.requirements.context import CheckedPipeline
from wavetank.inspection.requirements.freshness import FRESH_SECONDS_MAX

__all__ = ["FRESH_SECONDS_MAX", "CheckedPipeline", "check_requirements"]
