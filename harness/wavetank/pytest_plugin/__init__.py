"""Wavetank in somebody's own test suite: a simulator, its time and a sandbox as fixtures of pytest.

plugin         what pytest loads: the option, the marks, the fixtures
marks          what a test's marks ask for, checked when tests are collected
misplaced      faults on tests that play nothing
case           what is one test's own: its story, its seed, and how to run it again
deployed       the simulator of the session, with the pipeline in it
simulator           the fixture `simulator`: whole runs
virtual_clock  the fixture `virtual_clock`: one run, moved on by the test
sandbox        the fixture `sandbox`: LocalStack as a process, in wall time
told           what came of a run, and how it fails a test
trouble        what went wrong in a run, in a few lines
resources      what is deployed, by the names that the templates have for it
spans          how long, as a test says it
"""
