"""SQS without threads, for the simulator: queues that follow the clock when they are called.

passive_queues  replaces what LocalStack's queues do in threads, in real time, or at random
visibility      which messages of a queue are visible now, which are next, and which have expired
queue_hooks     the hooks by which a simulation observes queues, and lets a receiver wait
"""
