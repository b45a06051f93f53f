"""Templates that somebody else wrote: read, checked before anything runs, and made ready to deploy.

document    a template with the line on which each part of it stands
parts       names and values, and lists, where something else may be written
references  what a value of a template means, as far as its text says so
problems    what the tank does not have, told by resource, file and line
support     which types and properties are had here, and what is wrong with the others
code        a function's code on this machine, found and packaged
rewriting   the copy that is deployed: code in a bucket, rules off, names that are always the same
items       what the tables hold when a run begins
"""
