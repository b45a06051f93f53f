"""Checks a stack."""
from collections.abc import Iterator
from wavetank.core.findings import Finding
from wavetank.inspection.stack_resources import PipelineStacks
def check_stack(stacks: PipelineStacks, endpoint: str) -> Iterator[Finding]:
    """x"""
    yield from ()
