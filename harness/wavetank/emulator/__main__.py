"""LocalStack, as `python -m localstack.runtime.main` runs it, with the garbage collector at rest.

Collections would look through its million objects again and again while it starts, for a quarter of
the start's time, and find nothing. `gc_control` ends the pause once all services are loaded.
"""

import gc

gc.disable()

from localstack.runtime.main import main  # noqa: E402 - what is imported is what makes the objects

main()
