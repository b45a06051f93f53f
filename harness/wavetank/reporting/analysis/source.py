"""Parse a notebook's SOURCE: the text that names what to read.

latest                          the run that was saved last
run:broken-deployment-1         a saved run by name, or its folder
http://127.0.0.1:4566           a sandbox, and the bucket of the one pipeline in it
http://127.0.0.1:4566/BUCKET    a bucket of a sandbox
s3://BUCKET                     a bucket of AWS, with the credentials that the SDK finds
s3://BUCKET/2026/11/            the part of it whose keys begin so; as well in a sandbox
some/folder                     objects in files, such as `aws s3 sync` makes; or a saved run
"""

from pathlib import Path
from urllib.parse import urlsplit

from wavetank.aws.target import Target, aws_target, local_target
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.settings import read_settings
from wavetank.deployment.deployed import deployed_pipelines
from wavetank.engines.readiness import init_state
from wavetank.reporting.analysis.bucket import BucketSource
from wavetank.reporting.analysis.local_sources import FolderSource, RunSource
from wavetank.reporting.analysis.objects import Source
from wavetank.scenario.run_store import HISTORY, RunStore

LATEST = "latest"
RUN = "run:"
S3 = "s3"
FORMS = "latest, run:NAME, http://ADDRESS:PORT, s3://BUCKET, or a folder"


def open_source(text: str) -> Source:
    """The source that the text names; nothing is read except to find it.

    Raises:
        UsageError: the source does not exist, or there are no credentials for it.
        InfrastructureError: the sandbox or AWS does not answer.
    """
    text = text.strip()
    if text == LATEST:
        return RunSource(_run_store().latest())
    if text.startswith(RUN):
        return RunSource(_run_store().find(text.removeprefix(RUN)))
    parts = urlsplit(text)
    if parts.scheme in {"http", "https"}:
        return _of_sandbox(f"{parts.scheme}://{parts.netloc}", parts.path.strip("/"))
    if parts.scheme == S3 and parts.netloc:
        return BucketSource(aws_target(None), parts.netloc, parts.path.lstrip("/"))
    return _in_folder(text)


def _run_store() -> RunStore:
    return RunStore(read_settings().state_folder / "runs")


def _in_folder(text: str) -> Source:
    folder = Path(text)
    if not text or not folder.is_dir():
        raise UsageError(f"a source: {FORMS}", repr(text), "correct it")
    if (folder / HISTORY).is_file():
        return RunSource(_run_store().find(text))
    return FolderSource(folder)


def _of_sandbox(endpoint: str, path: str) -> Source:
    target = local_target(endpoint)
    if init_state(endpoint) is None:
        raise InfrastructureError(
            f"LocalStack at {endpoint}",
            "no answer",
            "correct the address, or start one with ./wavetank up",
        )
    bucket, _, prefix = path.partition("/")
    return BucketSource(target, bucket or _only_bucket(target), prefix)


def _only_bucket(target: Target) -> str:
    """The bucket of the only pipeline that is deployed there.

    Raises:
        UsageError: none or several are.
    """
    found = [pipeline.names.bucket for pipeline in deployed_pipelines(target.aws)]
    if len(found) == 1:
        return found[0]
    raise UsageError(
        f"one pipeline in {target.description}",
        ", ".join(found) or "none of the ticker's",
        f"name the bucket: {target.endpoint}/BUCKET",
    )
