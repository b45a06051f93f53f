"""What is put into a tank: a pipeline as a value, from which any process can deploy the same one.

pipeline   what a driver and its judges need to know of any pipeline
ticker     the project's own, with its own handlers
templates  somebody else's, of the kinds of resource that the tank has
given      how those templates are read, checked and made ready
"""
