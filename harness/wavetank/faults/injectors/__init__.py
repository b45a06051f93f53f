"""How faults take effect: changes of what is deployed, and a matcher that calls and events consult.

Both act through what an engine implements, so they are the same on each.
"""
