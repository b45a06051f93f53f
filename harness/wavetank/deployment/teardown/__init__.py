"""Delete a pipeline but keep its data, and delete the data in a second command.

Every step looks before it acts and can be repeated, so an interrupted teardown is completed by the
same command.
"""
