"""The only scheduler in virtual time: what is due next, and who runs when several are due at once.

play          one story on a pipeline: reset, run, history, verdicts
recording     what becomes of a run's events: digest, file and judges
run           the loop: baseline, faults, healing, drain
timeline      the run's instants, its randomness, and its history
agenda        what is due, in the order of time; ties in an order drawn from the seed
rules         EventBridge: rules fire, or miss, or fire twice
steps         somebody's hand: ticks, and changes, outside of any schedule
invocations   Lambda: events are queued, retried, given up, and told to a destination
asynchronous  when Lambda tries an event again, and when it gives up
attempts      a handler runs in an execution environment, and how that ends
places        execution environments with their threads, kept while they are warm
destinations  functions, topics and queues that are told how an invocation ended
deliveries    Firehose: what a stream accepted, delivered and lost
turns         handlers that take turns at their AWS calls
pauses        why a handler gives up its turn
gatekeeper    what happens at the gate before every service: turns, and faults of calls
strikes       which planned fault strikes what
changes       faults that change what is deployed, and put it back
wiring        what is deployed, read from the emulator
observation   what is seen of it before a run and after it
"""
