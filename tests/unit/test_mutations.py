"""The mutations can be applied: the lines that they change are still there."""

import pytest

from tests.mutations import MUTATIONS, Mutation
from tests.rules.source import ROOT


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_changes_a_text_that_is_there_once(mutation: Mutation) -> None:
    """And the file is still Python afterwards."""
    text = (ROOT / mutation.path).read_text(encoding="utf-8")
    assert text.count(mutation.before) == 1
    changed = text.replace(mutation.before, mutation.after)
    assert changed != text
    compile(changed, mutation.path, "exec")
