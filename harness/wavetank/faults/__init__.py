"""The kinds of fault and plans of them, as values: what fails, where, when, and how often.

A plan is written in a scenario, generated from a seed, shrunk, or saved with a run. It does
nothing by itself: the simulation and `live` inject and revert its faults.
"""
