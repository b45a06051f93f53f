"""From an operation of AWS's API to the actions that a policy must allow for it.

One module for each service whose operations differ from its actions, or whose resources are not
named by one parameter; `by_table` does the rest from the Service Authorization Reference.
"""
