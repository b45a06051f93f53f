"""Scenario files: a story that people can read, run and keep, in TOML.

model     what a scenario is: how long, which faults, what must hold, what is expected to break
file      from the text of a file to a scenario, or to a refusal that says where
schema    the form of a file, for pydantic
problems  what is wrong with a file, in the three parts of every refusal of ours
places    on which line and column each key of a TOML text stands
expectation  what is expected of a run, against what was found
text      a scenario as the text of its file
shelf     the scenarios of a folder, by name
"""
