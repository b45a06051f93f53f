"""Check that the functions run the deployed bytes, and bytes that passed a run."""

from wavetank.core.findings import Verdict
from wavetank.deployment.deployed_code import CODE_KEYS, stack_package
from wavetank.inspection.requirements.context import CheckedPipeline, valid_if

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
