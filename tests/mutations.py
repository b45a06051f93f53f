"""Important lines, changed one at a time, to see how many of the changes the suite catches.

    .venv/bin/python -m tests.mutations              all, by the tests of ./wavetank test --quick
    .venv/bin/python -m tests.mutations --whole      where those pass, by the whole suite too
    .venv/bin/python -m tests.mutations --only NAME  one of them

Each is tried on a copy of the project. A mutation that no test fails for is a line that nothing
holds: add the test, or delete the line.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.rules.source import ROOT, project_files

QUICK = ("tests/rules", "tests/unit", "tests/property")
APPLICABLE = "tests/unit/test_mutations.py"
"""Fails for every mutation that is applied, and so shows nothing of the suite."""
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", f"--ignore={APPLICABLE}")
PARALLEL = ("-n3", "--dist=loadfile")


@dataclass(frozen=True)
class Mutation:
    """A text of a file, and what stands there instead; `before` occurs once."""

    name: str
    path: str
    before: str
    after: str

    def apply(self, folder: Path) -> None:
        """Changes the file of the project in the folder.

        Raises:
            ValueError: the text does not occur exactly once.
        """
        file = folder / self.path
        text = file.read_text(encoding="utf-8")
        if text.count(self.before) != 1:
            raise ValueError(
                f"{self.name}: {self.path} has the text {text.count(self.before)} times"
            )
        file.write_text(text.replace(self.before, self.after), encoding="utf-8")

    @property
    def nearest_tests(self) -> str:
        """The folder of unit tests that mirrors that of the file: most likely to fail."""
        package = Path(self.path).parent
        for root, mirror in (("harness/wavetank", "tests/unit"), ("lambdas", "tests/unit/lambdas")):
            if package.is_relative_to(root):
                folder = Path(mirror) / package.relative_to(root)
                return str(next(each for each in (folder, *folder.parents) if each.is_dir()))
        raise ValueError(f"{self.path}: no folder of tests mirrors it")


MUTATIONS = (
    Mutation(
        "retry-delay",
        "harness/wavetank/simulation/retry_policy.py",
        "(timedelta(minutes=1), timedelta(minutes=2))",
        "(timedelta(minutes=1), timedelta(minutes=1))",
    ),
    Mutation(
        "event-age",
        "harness/wavetank/simulation/retry_policy.py",
        "if at - event.accepted > configuration.age_max:",
        "if at - event.accepted > 2 * configuration.age_max:",
    ),
    Mutation(
        "failed-put-count",
        "harness/wavetank/emulator/firehose/responses.py",
        "FailedPutCount=sum(number in refused for number in range(count)),",
        "FailedPutCount=min(1, len(refused)),",
    ),
    Mutation(
        "order-of-writes",
        "lambdas/streaming/tick.py",
        "        aws.deliver(made)\n        records += len(made)\n"
        "        moved = {sample.ticker: sample for sample in made}"
        "  # in order, so each ticker's last\n        try:\n"
        "            aws.keep_prices([_moved_to(sample) for sample in moved.values()])\n",
        "        records += len(made)\n"
        "        moved = {sample.ticker: sample for sample in made}"
        "  # in order, so each ticker's last\n        try:\n"
        "            aws.keep_prices([_moved_to(sample) for sample in moved.values()])\n"
        "            aws.deliver(made)\n",
    ),
    Mutation(
        "only-the-rest-again",
        "lambdas/streaming/aws.py",
        "            records = [data for data, _ in refused]\n",
        "",
    ),
    Mutation(
        "order-of-layers",
        "harness/wavetank/emulator/lambda_/layers.py",
        "        for folder in folders:\n",
        "        for folder in [*folders][::-1]:\n",
    ),
    Mutation(
        "dead-letter-request",
        "harness/wavetank/emulator/lambda_/dead_letters.py",
        '{"RequestID": ("String", request_id),',
        '{"RequestID": ("String", status),',
    ),
    Mutation(
        "dead-letter-beside-destination",
        "harness/wavetank/invariants/alert_delivery.py",
        "        if self._reported.get(event.request):\n            return\n",
        "",
    ),
    Mutation(
        "deny-wins",
        "harness/wavetank/iam/evaluation.py",
        "        (resource_policies.denial(), DecisionReason.EXPLICIT_DENY_RESOURCE),\n",
        "",
    ),
    Mutation(
        "boundary-limits",
        "harness/wavetank/iam/evaluation.py",
        "                (self.boundary, DecisionReason.NO_BOUNDARY_ALLOW),\n",
        "",
    ),
    Mutation(
        "buffer-size",
        "harness/wavetank/emulator/firehose/buffer.py",
        "if batch.size_bytes >= self.limits.size_bytes:",
        "if batch.size_bytes > 2 * self.limits.size_bytes:",
    ),
    Mutation(
        "buffer-interval",
        "harness/wavetank/emulator/firehose/buffer.py",
        "_OpenBatch(arrived, now + self.limits.interval)",
        "_OpenBatch(arrived, now + 2 * self.limits.interval)",
    ),
    Mutation(
        "record-limit",
        "harness/wavetank/emulator/firehose/put_limits.py",
        "RECORD_BYTES_MAX = 1000 * 1024",
        "RECORD_BYTES_MAX = 1000 * 1024 + 1",
    ),
    Mutation(
        "batch-limit",
        "harness/wavetank/emulator/firehose/put_limits.py",
        "BATCH_RECORDS_MAX = 500",
        "BATCH_RECORDS_MAX = 501",
    ),
    Mutation(
        "end-of-a-fault",
        "harness/wavetank/faults/injectors/matcher.py",
        "return self.begin <= now() < self.end",
        "return self.begin <= now() <= self.end",
    ),
    Mutation(
        "running-prices",
        "harness/wavetank/ticker/first_prices.py",
        'ConditionExpression="attribute_not_exists(TickerName)",',
        'ConditionExpression="attribute_exists(TickerName) OR attribute_not_exists(TickerName)",',
    ),
    Mutation(
        "old-revision",
        "harness/wavetank/simulation/environment_pool.py",
        "if pooled.revision == function.revision:",
        "if pooled.revision:",
    ),
    Mutation(
        "tables-before-buckets",
        "harness/wavetank/emulator/snapshot/reading.py",
        "    tables = set(services.table_names())\n"
        "    items = reader.each(\n"
        '        "table", restored.tables, '
        "lambda name: services.read_items(name) if name in tables else []\n"
        "    )\n"
        '    batches = reader.each("delivery stream", restored.streams, services.read_batches)\n'
        "    buckets = set(services.bucket_names())\n"
        "    objects = reader.each(\n"
        '        "bucket",\n'
        "        restored.buckets,\n"
        "        lambda name: services.fingerprints(name) if name in buckets else {},\n"
        "    )\n",
        "    buckets = set(services.bucket_names())\n"
        "    objects = reader.each(\n"
        '        "bucket",\n'
        "        restored.buckets,\n"
        "        lambda name: services.fingerprints(name) if name in buckets else {},\n"
        "    )\n"
        '    batches = reader.each("delivery stream", restored.streams, services.read_batches)\n'
        "    tables = set(services.table_names())\n"
        "    items = reader.each(\n"
        '        "table", restored.tables, '
        "lambda name: services.read_items(name) if name in tables else []\n"
        "    )\n",
    ),
    Mutation(
        "lost-records",
        "harness/wavetank/invariants/conservation.py",
        '                missing.add("accepted but not delivered", example, '
        "stream.pending_count())\n",
        "                del example\n",
    ),
    Mutation(
        "duplicates",
        "harness/wavetank/invariants/conservation.py",
        "            return Flaw.DUPLICATED if self._delivered.get(text) else Flaw.INVENTED\n",
        "            return None if self._delivered.get(text) else Flaw.INVENTED\n",
    ),
    Mutation(
        "exact-origin",
        "harness/wavetank/emulator/http_guard/request_policy.py",
        'normalized_origin(origin or "") == own]',
        'normalized_origin(origin or "")[:16] == own[:16]]',
    ),
    Mutation(
        "signature",
        "harness/wavetank/emulator/signatures/verification.py",
        "hmac.compare_digest(text.signature.encode(), sent) for text in texts",
        "hmac.compare_digest(text.signature.encode()[:8], sent[:8]) for text in texts",
    ),
    Mutation(
        "replacement",
        "harness/wavetank/emulator/cloudformation/replacement.py",
        "        _value(previous, path) != _value(desired, path)\n",
        "        _value(previous, path) is None\n",
    ),
    Mutation(
        "only-what-was-created",
        "harness/wavetank/emulator/cloudformation/ownership.py",
        "if is_made or self.find(resource.logical_id, resource.physical_id) is not None:",
        "if is_made or resource.physical_id:",
    ),
    Mutation(
        "stack-of-another-clone",
        "harness/wavetank/engines/embedded.py",
        "        if not self.is_owned():\n            return None\n        with suppress",
        "        with suppress",
    ),
)


def copy_project(target: Path) -> None:
    """Copies the project's files to the folder, as a repository of their own."""
    for name in project_files():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=target, check=True)


def fails(folder: Path, arguments: Sequence[str]) -> bool:
    """Whether the copy's tests fail with these arguments; they run its code, not the project's."""
    command = ["env", f"PYTHONPATH={folder / 'harness'}", *PYTEST, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode != 0


def try_mutation(mutation: Mutation, *, whole: bool) -> str:
    """The size of the suite that catches the mutation; "not caught" where none does."""
    with TemporaryDirectory(prefix="mutation-") as name:
        folder = Path(name)
        copy_project(folder)
        mutation.apply(folder)
        if fails(folder, ("-n0", mutation.nearest_tests)) or fails(folder, (*PARALLEL, *QUICK)):
            return "quick"
        return "whole" if whole and fails(folder, PARALLEL) else "not caught"


def main() -> None:
    """Prints a line for each mutation, and how many were caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true", help="run the whole suite where needed")
    parser.add_argument("--only", choices=[it.name for it in MUTATIONS], help="one mutation")
    options = parser.parse_args()
    chosen = [it for it in MUTATIONS if options.only in {None, it.name}]
    caught = 0
    for mutation in chosen:
        by = try_mutation(mutation, whole=options.whole)
        caught += by != "not caught"
        sys.stdout.write(f"{mutation.name}: {by}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{caught} of {len(chosen)} caught\n")


if __name__ == "__main__":
    main()
