"""Pages for people at `/_wavetank/`, and the same for programs as JSON.

A page and its JSON have addresses of their own: one that is pasted, typed or asked for by a program
answers the same to everybody, and what asked for JSON before goes on getting it.

    state       what a pipeline looks like, as values
    reading     reads it from what LocalStack holds
    records     an object's records as a table
    actions     what the pages' buttons do
    data        the routes of programs
    site        the routes of people
    rendering   templates, and how times and sizes are written
    plugin      adds the routes when LocalStack starts

The templates, the style and the one script are files beside; there is no build step.
"""
