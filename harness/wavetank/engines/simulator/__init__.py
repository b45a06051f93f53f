"""The simulator: LocalStack and the handlers in this process, in virtual time."""
