"""Check every requirement in turn; an error of one does not end the rest."""

from collections.abc import Iterator, Mapping

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.findings import Finding, Verdict
from wavetank.inspection.requirements.assignment import ASSIGNMENT
from wavetank.inspection.requirements.code import runs_deployed_bytes, runs_tested_bytes
from wavetank.inspection.requirements.context import Check, CheckedPipeline
from wavetank.inspection.requirements.drift import is_as_deployed

MISSING = ("NotFoundException", "NoSuchBucket", "NoSuchKey", "NotFound")


def check_requirements(pipeline: CheckedPipeline) -> Iterator[Finding]:
    """Checks every requirement; a missing resource makes it invalid and is not an error.

    What AWS does not permit to read, or fails to answer, is unknown.
    """
    for requirement, check in checks_of(pipeline).items():
        try:
            verdict, evidence = check(pipeline)
        except ClientError as error:
            verdict, evidence = _verdict_of(error), str(error)
        yield Finding(requirement, verdict, evidence)


def checks_of(pipeline: CheckedPipeline) -> Mapping[str, Check]:
    """The checks for this pipeline: the assignment's requirements, then those of going live."""
    checks = {**ASSIGNMENT, "the code that was deployed runs": runs_deployed_bytes}
    if pipeline.tested is not None:
        checks["the code that runs was tested"] = runs_tested_bytes
    if pipeline.on_aws:
        checks["nothing drifted from its templates"] = is_as_deployed
    return checks


def _verdict_of(error: ClientError) -> Verdict:
    return Verdict.INVALID if error_code(error).endswith(MISSING) else Verdict.UNKNOWN
