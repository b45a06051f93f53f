"""Lambda execution environments as processes: no Docker, no socket, AWS's own runtime client.

provider        LocalStack's Lambda with the replacements below
plugin          what LocalStack calls: start, invoke, stop of one execution environment
environment     one environment's life cycle: cold start, invocation, time-out, crash, replacement
process         the operating system's side: supervisor, output, memory, freezing
runtime_api     AWS's Lambda Runtime API on loopback, which the function's process polls
bootstrap       the first code in the function's process
variables       the environment variables that AWS documents, and none of the host's
runtime_site    the Python packages that AWS's runtime has, and no others
outcome         how an invocation can end, in AWS's words
async_events    events that arrive during an update of the code
dead_letters    what is sent of an event that Lambda gives up; discarded_events sends it
layers          the layers of a function as one folder, which is /opt
request_checks  which requests are refused, as by AWS: payloads, reserved variables
runtimes        which runtimes run here, and on which program; node_client.mjs is that of Node.js
function_logs   what a function prints, written with its own permissions
attempts        the last attempts of each function, for the console
invocation_log  START, END and REPORT lines, as text or JSON
"""
