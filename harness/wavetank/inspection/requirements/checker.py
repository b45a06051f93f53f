"""Check every requirement in turn; an error of one does not end the rest."""

from collections.abc import Iterator, Mapping

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.findings import Finding, Verdict
from wavetank.deployment.deployed_code import CODE_KEYS, stack_package
from wavetank.inspection.requirements.assignment import ASSIGNMENT
from wavetank.inspection.requirements.context import Check, CheckedPipeline, valid_if
from wavetank.inspection.requirements.drift import is_as_deployed

SHOWN_CHARACTERS = 12


def runs_deployed_bytes(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    """Lambda's digest of each function equals that of the package that the stack names."""
    running = running_digests(pipeline)
    deployed = {
        function: stack_package(pipeline.aws, pipeline.names, function).code_sha256
        for function in CODE_KEYS
    }
    others = [function for function in CODE_KEYS if running[function] != deployed[function]]
    if not others:
        return Verdict.VALID, _shown(running)
    evidence = f"other code than the stack names in {', '.join(others)}: {_shown(running)}; "
    return Verdict.INVALID, f"{evidence}restore it with ./wavetank drill --restore, or deploy again"


def runs_tested_bytes(pipeline: CheckedPipeline) -> tuple[Verdict, str]:
    """Every function's digest is among those that a passed run has recorded."""
    assert pipeline.tested is not None  # `checks_of` leaves the check out otherwise
    running = running_digests(pipeline)
    untested = [name for name, digest in running.items() if digest not in pipeline.tested]
    evidence = f"in no passed run: {', '.join(untested)}" if untested else _shown(running)
    return valid_if(not untested, evidence)


def running_digests(pipeline: CheckedPipeline) -> dict[str, str]:
    """Lambda's `CodeSha256` of the functions `streaming` and `notification`."""
    names = {
        "streaming": pipeline.names.streaming_function,
        "notification": pipeline.names.notification_function,
    }
    return {
        function: pipeline.aws.awslambda.get_function_configuration(FunctionName=name)["CodeSha256"]
        for function, name in names.items()
    }


def _shown(digests: dict[str, str]) -> str:
    return ", ".join(f"{name} {digest[:SHOWN_CHARACTERS]}" for name, digest in digests.items())


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
