#!/bin/sh
# Invokes the first tick, because the rule's own comes a minute after it is created.
set -eu
[ "$WAVETANK_TICKER" = yes ] || exit 0
exec wavetank invoke --endpoint http://127.0.0.1:4566
