"""The command line: options in, a table or JSON out, exit codes. What the commands do stands below.

main      errors to messages, exit codes
commands  the commands by name, each imported when it is asked for
options   the options that several commands share
output    what people read, and the same as JSON
activity  what moves meanwhile, or lines where nothing can
wrapping  lines broken between words
live      the live view of up
sandbox   up, down, status
deploy    deploy onto a running sandbox
plan      what deploy would do, cost and meet with; plan_output shows it
check     does the pipeline do what the brief asks, on a sandbox and on AWS
drill     something broken on purpose, and seen to heal
judging   what both do with a pipeline
teardown  teardown, release-bucket
own       somebody's own script, checked in a sandbox of its own
campaign  many stories, what breaks in them, and the least that breaks it
demo      the whole story in one go
"""
