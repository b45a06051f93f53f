"""The only scheduler in virtual time: what is due next, and who runs when several are due at once.

agenda        what is due, in the order of time; ties in an order drawn from the seed
asynchronous  when Lambda tries an event again, and when it gives up
turns         handlers that take turns at their AWS calls
run           one run: rules fire, Lambda tries and gives up, Firehose delivers
wiring        what is deployed, read from the emulator: rules, targets, retries, destinations
"""
