"""Delete a pipeline but retain its data, and delete the data in a second command.

Every step checks the state before it changes it and can be repeated, so an interrupted teardown is
completed by the same command.
"""
