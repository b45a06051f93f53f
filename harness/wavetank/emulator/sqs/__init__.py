"""SQS: corrections for every engine, and queues without threads for the simulator.

provider        what LocalStack's queues do otherwise than AWS's, on every engine
passive_queues  queues that follow the clock when they are called, in the simulator
visibility      which messages of a queue are visible now, which are next, and which have expired
queue_hooks     the hooks by which a simulation observes queues, and lets a receiver wait
"""
