"""`python -m wavetank`: the same as the `wavetank` command."""

from wavetank.cli.main import run

run()
