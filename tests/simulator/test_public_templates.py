"""Public templates run unchanged: their triggers are delivered, with the expected effect."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.public_templates.catalogue import PublicTemplate, TemplateClass, public_templates
from tests.rules.source import ROOT

CHECKOUT = "WAVETANK_PUBLIC_TEMPLATES"
SECONDS_MAX = 3600.0
PLAYED = [each for each in public_templates() if each.kind is not TemplateClass.REFUSED]


@pytest.fixture(scope="module")
def differences() -> dict[str, list[str]]:
    """For each template what differs, from a process that plays all."""
    given = os.environ.get(CHECKOUT)  # noqa: TID251 - set for the nightly run
    if not given:
        pytest.skip(f"{CHECKOUT} names no checkout of the templates")
    checkout = Path(given)
    changed = [each.path for each in public_templates() if not each.is_unchanged(checkout)]
    assert changed == [], "the checkout is of another commit than the list's"
    command = [sys.executable, "-W", "ignore", "-m", "tests.public_templates.player", given]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS_MAX
    )
    assert done.returncode == 0, done.stderr[-4000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {each["path"]: each["differences"] for each in lines}


@pytest.mark.nightly
@pytest.mark.parametrize("template", PLAYED, ids=lambda each: each.path)
def test_a_public_template_has_the_expected_effect(
    differences: dict[str, list[str]], template: PublicTemplate
) -> None:
    """Its trigger is delivered; if nothing is missing its function returns, with that effect."""
    assert differences[template.path] == []


def test_every_template_of_the_list_has_a_class_with_what_it_needs() -> None:
    """A refused one has a reason, one that needs answers their calls, the others an effect."""
    templates = public_templates()
    assert len({each.path for each in templates}) == len(templates)
    classes = Counter(each.kind for each in templates)
    assert classes.keys() == set(TemplateClass)
    for each in templates:
        match each.kind:
            case TemplateClass.REFUSED:
                assert each.reason, each.path
            case TemplateClass.NEEDS_ANSWERS:
                assert each.needs or each.answers or each.web, each.path
            case TemplateClass.RUNS:
                assert each.functions, each.path
                assert each.calls or each.workload or "Schedule" in each.trigger, each.path
