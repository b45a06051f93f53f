"""Maps operations of AWS's API to the actions that a policy must allow for them.

One module for each service whose operations differ from its actions, or whose resources are not
named by one parameter; `by_table` handles all others from the Service Authorization Reference.
"""
