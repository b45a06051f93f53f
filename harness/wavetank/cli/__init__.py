"""The command line: options in, a table or JSON out, exit codes. What the commands do stands below.

main      the commands by name, errors to messages, exit codes
options   the options that several commands share
output    what people read, and the same as JSON
sandbox   up, down, status
deploy    deploy onto a running sandbox
plan      what deploy would do, cost and meet with; plan_output shows it
check     check, drill
judging   what both and the demo do with a sandbox
own       somebody's own script, checked in a sandbox of its own
campaign  many stories, what breaks in them, and the least that breaks it
demo      the whole story in one go
"""
