"""A run is the same again, in another process too; where it is not, the first difference is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.shell import run_wavetank
