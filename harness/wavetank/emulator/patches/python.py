"""The monkeypatches of Python in the simulator, for handlers that share its process.

Time is not in this list: freezegun replaces it, except `time.sleep`, which `wavetank.core.clock`
replaces.
"""

from wavetank.core.patching import PYTHON, VALUE, PinnedDistribution

FREEZEGUN = PinnedDistribution("freezegun", "1.5.5")

PATCHES = (
    *FREEZEGUN.patches(
        "engines.simulator.frozen_time",
        "each run freezes time, and the original sorts all names of all modules for it",
        {"freezegun.api:_get_module_attributes_hash": "(module)"},
    ),
    *PYTHON.patches(
        "engines.simulator.process_calls",
        "the original would end or signal the simulator's own process, in which handlers run",
        {
            "os:_exit": "(status)",
            "os:abort": "()",
            "os:kill": "(pid, signal, /)",
            "os:killpg": "(pgid, signal, /)",
            "posix:_exit": "(status)",
            "posix:abort": "()",
            "posix:kill": "(pid, signal, /)",
            "posix:killpg": "(pgid, signal, /)",
            "signal:pthread_kill": "(thread_id, signalnum, /)",
            "signal:raise_signal": "(signalnum, /)",
        },
    ),
    *PYTHON.patches(
        "engines.simulator.process_calls",
        "the original would copy or replace the simulator's process; a handler gets an error",
        {
            "os:execv": "(path, argv, /)",
            "os:execve": "(path, argv, env)",
            "os:fork": "()",
            "os:forkpty": "()",
            "posix:execv": "(path, argv, /)",
            "posix:execve": "(path, argv, env)",
            "posix:fork": "()",
            "posix:forkpty": "()",
        },
    ),
    *PYTHON.patches(
        "engines.simulator.process_calls",
        "the original's signal would reach the simulator's main thread, in real time",
        {"signal:alarm": "(seconds, /)", "signal:setitimer": "(which, seconds, interval=0.0, /)"},
    ),
    *PYTHON.patches(
        "engines.simulator.web_requests",
        "a simulator has no network: the test answers a handler's requests to the web",
        {
            "socket:getaddrinfo": VALUE,  # a plugin of pytest may have replaced it
            "socket:gethostbyname": VALUE,
            "socket:gethostbyname_ex": VALUE,
            "socket:gethostbyaddr": VALUE,
            "socket:getnameinfo": VALUE,
            "socket:socket.connect": VALUE,
            "socket:socket.connect_ex": VALUE,
            "ssl:SSLContext.wrap_socket": (
                "(self, sock, server_side=False, do_handshake_on_connect=True, "
                "suppress_ragged_eofs=True, server_hostname=None, session=None)"
            ),
        },
    ),
    *PYTHON.patches(
        "simulation.seeded_random",
        "ids of messages and events are the same in each run with one seed",
        {"os:urandom": "(size, /)"},
    ),
    *PYTHON.patches(
        "engines.simulator.handler_threads",
        "a handler's threads run one at a time in virtual time, in an order of the seed",
        {
            "queue:SimpleQueue": VALUE,
            "queue:time": VALUE,
            "threading:Lock": VALUE,
            "threading:RLock": VALUE,
            "threading:Thread.join": "(self, timeout=None)",
            "threading:Thread.start": "(self)",
            "threading:_allocate_lock": VALUE,
            "threading:_time": VALUE,
        },
    ),
    *PYTHON.patches(
        "engines.simulator.startup",
        "LocalStack unpacks code in the temporary folder, where two simulators would conflict",
        {"tempfile:tempdir": VALUE},
    ),
    *PYTHON.patches(
        "engines.simulator.variables",
        "a handler reads its function's environment, and the process its own",
        {"os:environ": VALUE},
    ),
    *PYTHON.patches(
        "engines.simulator.function_log",
        "what a handler writes goes to its function's log; stdin is empty",
        {"sys:stderr": VALUE, "sys:stdin": VALUE, "sys:stdout": VALUE},
    ),
    *PYTHON.patches(
        "engines.simulator.logging_space",
        "each execution environment has loggers of its own, as its process has in Lambda",
        {"logging:Logger.manager": VALUE, "logging:Logger.root": VALUE, "logging:root": VALUE},
    ),
)
