"""Many stories of one pipeline, played by several workers, and what came of them together.

stories     which stories: a plan for each seed, or one plan under each seed
results     what came of one story, or why nothing did
worker      the process that plays: its own simulator, one story after the other
hiring      that process, as the one that started it sees it
crew        several of them, in which a worker that dies is replaced
cluster     the same on the workers of a Dask cluster; apart, since it alone needs that library
collecting  all stories handed to a crew, and every result taken
tally       results counted: by ending, by invariant, by kind of fault
shrinking   a failing story cut down to what it takes
remembered  seeds.json: what once failed
report      where failing stories are written to, and how they are replayed
"""
