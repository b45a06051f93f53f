#!/bin/sh
# Deploys storage and pipeline by the code that deploys to AWS; changes nothing the second time.
# Options, such as --watch, are passed on.
set -eu
[ "$WAVETANK_TICKER" = yes ] || exit 0
set -- "$@" --name "$WAVETANK_NAME" --prefix "$WAVETANK_PREFIX" --stream-name-case "$WAVETANK_STREAM_NAME_CASE"
[ -z "$WAVETANK_SURNAME" ] || set -- "$@" --surname "$WAVETANK_SURNAME"
for address in $WAVETANK_EMAILS; do
    set -- "$@" --email "$address"
done
exec wavetank deploy --endpoint http://127.0.0.1:4566 "$@" \
    --record-format "$WAVETANK_RECORD_FORMAT"
