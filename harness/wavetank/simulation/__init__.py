"""Virtual time: one run of a scenario on a deployed pipeline, from its baseline to its results.

runner            one run: reset, play, history, findings
run               the loop: baseline, faults injected and reverted, drain
simulation_clock  virtual time, the seeded random numbers, and the history that is recorded
event_queue       what is due, earliest first; ties in an order drawn from the seed
rule_scheduler    EventBridge: rules fire, or miss a tick, or fire twice
manual_steps      ticks and changes made by hand, outside of any schedule
async_invoker     Lambda's queue of asynchronous events: retried, given up, sent to a destination
retry_policy      when Lambda tries an asynchronous event again, and when it gives up
lambda_runner     runs a handler in an execution environment, and how that ends
environment_pool  execution environments with their threads, kept while they are warm
destinations      the functions, topics and queues that get the outcome of an invocation
firehose_observer what a delivery stream accepted, delivered and lost
handler_task      handlers that run one at a time, and stop at each AWS call
suspensions       why a handler stops: a call, a sleep, a crash, a hang
call_interceptor  what happens to a call before its service gets it: whose turn it is, and faults
fault_injector    injects the faults of a plan, and records when each begins, hits and ends
fault_resources   what faults change in the simulator: code, permissions, subscriptions
topology          rules, functions, streams and their destinations, read from the emulator
state_snapshot    the pipeline's state before a run and after it
history_recorder  writes each event to the digest, the file and the invariants
"""
