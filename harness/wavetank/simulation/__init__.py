"""Virtual time: one run of a scenario on a deployed pipeline, from its baseline to its results.

runner            one run: reset, simulate, record the history, check the invariants
run               the loop: baseline, faults injected and reverted, drain
simulation_clock  virtual time, its queue of due actions, and the seeded random numbers
rule_scheduler    EventBridge: rules fire, or miss a tick, or fire twice
manual_steps      ticks and faults one after the other, without a schedule
async_invoker     Lambda's queue of asynchronous events: retries, discarded events, destinations
request_durations what calls and handlers take, drawn from the seed
retry_policy      when Lambda retries an asynchronous event, and when it discards it
lambda_runner     throttles requests or begins attempts, and records how they end
handler_runner    runs the handler of an attempt, and each of its threads
environment_pool  warm execution environments with their threads, by function
destinations      the functions, topics and queues that get the record of an invocation
firehose_observer what a delivery stream accepted, delivered and lost
stream_functions  the functions that transform a delivery stream's records
event_sources     event source mappings: SQS queues that Lambda polls
pushed_events     events of rules, topics, buckets and log groups for functions
request_chains    what caused each invocation, and the recursive loops among them
seeded_random     random numbers of handlers, and ids of events and messages, from the seed
handler_task      handlers that run one at a time, and pause at each AWS call
suspensions       why a handler pauses: a call, a sleep, a crash, a hang
call_interceptor  pauses handlers at their AWS calls, and injects the faults of calls
fault_scheduler   begins and ends the faults of a plan, and records what each hits
entries           function URLs and APIs that a test or a workload calls
workload          what a scenario sends to the pipeline, and when
topology          rules, functions, streams and their destinations, read from the emulator
history_recorder  writes each event to the digest, the file and the invariants
"""
