"""What a scenario sends to the pipeline: the kinds, when they are sent, and their bodies.

kinds          one class per kind of `[[workload]]`
arrivals       at which instants it is sent, drawn from the seed
body           texts with placeholders, such as {{ number }}
serialization  workloads as tables of a scenario file and as JSON, and back
"""
