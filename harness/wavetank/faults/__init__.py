"""What goes wrong in a run, as a value: which fault, where, from when, for how long, how often.

A plan only says; whoever drives the run applies it and heals it. The same plan can be written by
hand in a scenario, drawn from a seed, shrunk by Hypothesis, and saved with the run it belongs to.

duration    spans of time as people write them: 250ms, 90s, 10m
fault       what every fault has: its window, its place, and how its occurrences are counted
ticks       the rule's firings: missed, late, twice, at once
functions   invocations: killed half-way, out of time or memory, broken, slow to start
calls       calls to AWS: refused, slow, replies lost, batches taken in part
delivery    Firehose to S3, and the alert's way to people
machine     what the emulator runs on: only live engines can have these
kinds       every kind by its name
plan        faults together: what they come to, and which contradict each other
guarantee   what of a plan the guarantee covers
form        plans as JSON and back
draw        a plan from a seed, and each kind once
strategy    plans for Hypothesis; apart, since few need that library
smaller     plans that are no more than a given one, for shrinking it
"""
