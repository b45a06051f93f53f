"""Engine `tank`: LocalStack and the handlers in this very process, in virtual time.

engine      the tank: started, deployed to, moved in time, set back
environment one execution environment of a function: isolated modules, variables, credentials
variables   whose environment `os.environ` is, thread by thread
collector   Python's garbage collector, kept away from what stays
"""
