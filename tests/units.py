"""How the suite is shared out: which tests stay together on one worker, and who begins.

A file's tests share what they start. Those of `tests/live` all do, one LocalStack for each engine
and one for what goes live, so they stay together by that and not by file. What takes long begins,
so that the workers end together: at the end there are only small units left.
"""

import re
from collections.abc import Mapping

LIVE = re.compile(r"tests/live/(\w+)\.py.*\[(embedded|docker)\b")
GOING_LIVE = frozenset(
    {
        "test_assess",
        "test_assess_command",
        "test_check",
        "test_deployer_role",
        "test_drill",
        "test_guide",
        "test_plan",
        "test_promotion",
        "test_resumption",
        "test_teardown",
        "test_run_on_aws",
    }
)
"""What acts on AWS, with LocalStack in its place: on the embedded one alone, since of an engine
these tests show nothing that the others of tests/live do not show on both."""
LIVE_APART = frozenset({"test_deployment", "test_live_run", "test_pages"})
"""Of tests/live, what has a LocalStack of its own, on another worker than the rest: as one unit
tests/live would take as long as the whole suite."""
STACKS = "tests/embedded/stack_updates"
"""A folder whose tests share one LocalStack."""
GOING = "going live"
SECURITY = "tests/security"
"""As above."""
RULES = "tests/rules"
"""A folder whose tests parse all files once."""
WALKS = "tests/embedded/test_documents.py::test_every_command"
"""Each document's commands are a unit."""
ON_DOCKER_DAILY = frozenset({"test_isolation"})
"""Of tests/live, what is run on Docker every time: what the container alone can show."""
REPEATS: Mapping[str, str] = {
    rf"tests/live/(?!{'|'.join(sorted(ON_DOCKER_DAILY))})\w+\.py.*\[docker\b": (
        "the same body on the embedded engine, and tests/docker for the image"
    ),
    r"tests/fidelity/test_register\.py.*\[localstack\b": "the same rows with our plug-ins",
    r"tests/embedded/test_installed_wheel\.py": (
        "tests/simulator/test_wheel.py: its files, unpacked, with the packages of uv.lock"
    ),
    r"tests/embedded/test_peers\.py::test_(?!the_loop|a_handler_that_raises)": (
        "its plain loop, in the same file, and tests/unit/benchmarks"
    ),
    r"tests/embedded/test_own_pipeline\.py::test_data_survive": (
        "tests/embedded/test_snapshot.py, for the ticker's tables"
    ),
    r"tests/campaign/test_cluster\.py": "tests/campaign/test_local_executor.py",
    r"tests/campaign/test_command\.py::test_generated_cases": "the README's campaign",
    r"tests/docker/test_compose\.py::test_a_(full_volume|failing_init|damaged_snapshot)": (
        "tests/embedded/test_commands.py, test_snapshot.py: the same on the embedded engine"
    ),
    r"tests/docker/test_compose\.py::test_without_the_jar": "tests/unit/emulator/dynamodb",
    r"tests/embedded/test_documents\.py.*\[docs": "the README's commands",
    r"tests/campaign/test_command\.py::test_the_first_failure_ends": (
        "tests/unit/campaign/test_coverage.py, and the shrunk case in the same file"
    ),
    r"tests/campaign/test_command\.py::test_a_campaign_in_a_terminal": (
        "tests/simulator/test_terminal.py: the same bar"
    ),
    r"tests/docker/test_compose\.py::test_the_machine_breaks": (
        "the same on the embedded engine, and a container that goes and comes, in the same file"
    ),
    r"tests/embedded/test_engine\.py::test_two_that_start_at_once": (
        "another LocalStack at the port, in the same file"
    ),
    r"tests/embedded/test_snapshot\.py::test_a_(start_that_confirms|deleted_bucket)": (
        "tests/unit/emulator/snapshot, and test_a_stop_loses_nothing"
    ),
    r"tests/live/test_drill\.py::test_an_address_that_was_never_confirmed": (
        "tests/embedded/test_commands.py: a drill whose alert can reach nobody"
    ),
    r"tests/live/test_executor\.py::test_a_million_lines": (
        "tests/unit/emulator/test_invocation_log.py: both ends of a log are kept"
    ),
    r"tests/live/test_teardown\.py::test_a_script_of_ones_own": (
        "what the stream still holds is waited for, in the same file"
    ),
    r"tests/live/test_run_on_aws\.py::test_the_simulator_reproduces": (
        "tests/live/test_live_run.py: the same for a live run on a sandbox"
    ),
    r"tests/security/test_in_a_browser\.py::test_(a_form|a_link|no_).*\[evil": (
        "the same from localhost, which a browser takes for this site"
    ),
    r"tests/embedded/test_commands\.py::test_bench_compares": "tests/unit/benchmarks",
    r"tests/embedded/test_own_handler\.py::test_(a_running_sandbox|a_script_is_checked)": (
        "the README's check --handler"
    ),
    r"tests/live/test_guide\.py": "tests/live/test_promotion.py, test_teardown.py: its steps",
    r"tests/live/test_resumption\.py::test_a_deployment_is_cut": (
        "tests/unit/deployment, and a lost answer in tests/live/test_resumption.py"
    ),
    r"tests/campaign/test_command\.py::test_a_campaign_that_is_stopped.*\[15": "the same by Ctrl-C",
    r"tests/embedded/test_commands\.py::test_a_template_that_is_refused": (
        "tests/simulator/test_template_errors.py, and tests/live/test_deployment.py for the stack"
    ),
    r"tests/embedded/test_own_handler\.py::test_a_failing_script": ("the README's check --handler"),
    r"tests/live/test_pages\.py.*\[embedded-390": "the same pages in a wide window",
    r"tests/pages/test_report\.py::test_a_long_run.*\[8": "the run of one day",
    r"tests/simulator/test_handler_process\.py::test_a_signal_to_the_command.*\[(9|15)": (
        "the same by SIGINT, and tests/unit/core/test_process_supervisor.py for a kill"
    ),
    r"tests/simulator/test_naive\.py": (
        "the README's runs of the original handler, and tests/simulator/test_guarantee.py"
    ),
    r"tests/docker/test_documents\.py": "tests/docker/test_compose.py: the same by the API",
    r"tests/simulator/test_own_repository\.py::test_the_example_passes": (
        "the README's lines, in the same file, and tests/simulator/test_new_project.py"
    ),
    r"tests/simulator/test_ticker_convergence\.py::test_our_handler_converges": (
        "the naive handler, which does not, in the same file, and every single fault in "
        "tests/simulator/test_guarantee.py"
    ),
    r"tests/simulator/test_guarantee\.py::test_our_handler_survives_every_scenario": (
        "every single fault, in the same file, and the README's runs and campaign"
    ),
    r"tests/simulator/test_guarantee\.py::test_our_handler_survives_a_random.*\[[23]\]": (
        "the first seed, and the README's campaign"
    ),
    r"tests/live/test_notebooks\.py": "the README's notebook, and tests/unit/reporting",
    r"tests/live/test_own_handler\.py": "the README's check --handler",
    r"tests/live/test_teardown\.py::test_a_teardown_cut_off_anywhere": (
        "a stack that is half deleted, in the same file, and tests/unit/deployment/teardown"
    ),
    r"tests/simulator/test_handler_process\.py::test_a_handler_that_ends.*-imported": (
        "the same when the handler is called"
    ),
    r"tests/simulator/test_patches\.py.*\[moto\.sts": "another service's, in the same file",
    r"tests/simulator/test_own_repository\.py::test_a_broken_pipeline": (
        "tests/simulator/test_pytest_plugin.py, and tests/unit/pytest_plugin for the text"
    ),
    r"tests/embedded/test_commands\.py::test_the_life_of_a_sandbox": (
        "the README's commands from `up --detach` to `down`"
    ),
    r"tests/embedded/test_commands\.py::test_the_machine_breaks.*\[(host-p|disk-f|wrong-c)": (
        "host-killed, in the same file"
    ),
    r"tests/embedded/test_snapshot\.py::test_a_kill_loses": (
        "test_a_stop_loses_nothing, and tests/unit/emulator/snapshot"
    ),
    r"tests/docker/test_compose\.py::test_what_was_delivered_survives": (
        "tests/embedded/test_snapshot.py: the same on the embedded engine"
    ),
    r"tests/simulator/test_notebooks\.py": "the README's notebook",
    r"tests/simulator/test_parity\.py": (
        "tests/live/test_live_run.py: the same scenario in wall time and in the simulator"
    ),
    r"tests/simulator/test_trigger_parity\.py": (
        "each trigger's own tests, in tests/simulator and in tests/live"
    ),
    r"tests/simulator/test_example_parity\.py": (
        "tests/simulator/test_examples.py in virtual time, and tests/live for what they use"
    ),
    r"tests/simulator/test_run_commands\.py.*\[while True": "the handler that sleeps for an hour",
    r"tests/embedded/test_snapshot\.py::test_a_(damaged|failed_save)": (
        "tests/unit/emulator/test_snapshot_file.py and snapshot"
    ),
    r"tests/embedded/test_stream_snapshot\.py": (
        "tests/unit/emulator/dynamodb/test_table_stream.py, kinesis/test_shards.py and snapshot"
    ),
    r"tests/campaign/test_local_executor\.py::test_(a_case_that_kills.*Quietly|results_.*\[1)": (
        "a worker that a signal kills, and two workers, in the same file"
    ),
    r"tests/simulator/test_own_repository\.py::test_workers_report": (
        "tests/unit/pytest_plugin: the text; the README's lines, in the same file"
    ),
    r"tests/embedded/test_patches\.py": "tests/simulator/test_patches.py, and tests/rules",
    r"tests/embedded/test_commands\.py::test_ctrl_c_stops_a_sandbox": (
        "test_the_live_view_stays_below_what_happens, in the same file: it ends by Ctrl-C"
    ),
    r"tests/live/test_promotion\.py::test_a_failed_creation": (
        "tests/unit/deployment/test_stack_recovery.py"
    ),
    r"tests/simulator/test_wheel\.py::test_a_run_in_an_empty_folder": (
        "the wheel's other commands, in the same file, and tests/simulator/test_new_project.py"
    ),
    r"tests/simulator/test_templates\.py::test_a_lost_event_is_in_the_dead_letter": (
        "tests/simulator/test_sam_templates.py: a discarded event in a queue"
    ),
    r"tests/simulator/test_faults\.py::test_an_invocation_ends_at.*\[\w+-\w+-[\w: .]+-[13]-": (
        "the same at the second call"
    ),
    r"tests/campaign/test_local_executor\.py::test_(an_error_c|workers_that_never|a_stage)": (
        "a worker that is killed, in the same file, and tests/unit/campaign"
    ),
    r"tests/simulator/test_contention\.py::test_without_durations": (
        "the same cases with durations, which without them would not occur"
    ),
}
"""Tests of the nightly run by pattern, each with what shows the same in every run."""
LONGEST_FIRST = (
    "live on embedded",
    "live on embedded, apart",
    GOING,
    "tests/embedded/test_commands.py",
    SECURITY,
    "tests/embedded/test_documents.py",
    "tests/embedded/test_snapshot.py",
    "tests/docker/test_compose.py",
    "live on docker",
    "tests/simulator/test_run_commands.py",
    STACKS,
    "tests/embedded/test_own_handler.py",
    "tests/fidelity/test_register.py",
    "tests/campaign/test_command.py",
    "tests/embedded/test_peers.py",
    "tests/simulator/test_own_repository.py",
    "tests/simulator/test_guarantee.py",
    "tests/docker/test_documents.py",
    "tests/simulator/test_faults.py",
    "tests/embedded/test_engine.py",
    "tests/simulator/test_parity.py",
    "tests/simulator/test_public_templates.py",
    "tests/simulator/test_trigger_parity.py",
    "tests/campaign/test_examples.py",
    "tests/simulator/test_example_parity.py",
    "tests/simulator/test_examples.py",
    "tests/simulator/test_naive.py",
    "tests/simulator/test_trigger_faults.py",
    "tests/simulator/test_run.py",
    "tests/simulator/test_notebooks.py",
    "tests/simulator/test_terminal.py",
    "tests/pages/test_report.py",
    "tests/embedded/test_mail_relay.py",
    "tests/campaign/test_cluster.py",
    "tests/simulator/test_libraries.py",
    "tests/simulator/test_templates.py",
    "tests/campaign/test_local_executor.py",
)
"""Units of more than ten seconds. What is new and long has its place here."""


def unit_of(nodeid: str) -> str:
    """The unit that the test belongs to."""
    if nodeid.startswith(WALKS):
        return nodeid
    for shared in (RULES, STACKS, SECURITY):
        if nodeid.startswith(f"{shared}/"):
            return shared
    live = LIVE.match(nodeid)
    if live is None:
        return nodeid.partition("::")[0]
    if live[1] in GOING_LIVE:
        return GOING
    apart = live[2] == "embedded" and live[1] in LIVE_APART
    return f"live on {live[2]}{', apart' if apart else ''}"


def is_needless(nodeid: str) -> bool:
    """Whether it would show on a second engine what it has shown on the first."""
    live = LIVE.match(nodeid)
    return live is not None and live[1] in GOING_LIVE and live[2] == "docker"


def is_repeat(nodeid: str) -> bool:
    """Whether it belongs to the nightly run, since another test shows the same every time."""
    return any(re.match(pattern, nodeid) for pattern in REPEATS)


def rank(nodeid: str) -> int:
    """The place of its unit; all that are not in the list come after it."""
    unit = unit_of(nodeid).partition("::")[0]
    return LONGEST_FIRST.index(unit) if unit in LONGEST_FIRST else len(LONGEST_FIRST)
