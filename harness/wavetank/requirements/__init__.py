"""Requirements judged by what is deployed and what it does, on a sandbox and on AWS.

Each check looks at the pipeline itself, never at the templates: what is judged is what runs.

pipeline   what is checked
brief      the brief's requirements, in the order of its steps
code       the bytes that run are those that were deployed, and those that were tested
drift      what is deployed is still what CloudFormation deployed
freshness  how old the newest object may be, and waiting for it
checking   all of them, one after the other
"""

from wavetank.requirements.checking import check_requirements
from wavetank.requirements.freshness import FRESH_SECONDS_MAX
from wavetank.requirements.pipeline import CheckedPipeline

__all__ = ["FRESH_SECONDS_MAX", "CheckedPipeline", "check_requirements"]
