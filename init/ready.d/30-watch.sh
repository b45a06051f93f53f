#!/bin/sh
# Prints ticks, objects, failed attempts and alerts into the container's log, and deploys templates
# and handlers when they are changed in the mounted folders.
set -eu

# Ends with LocalStack, whose supervisor waits for all processes before Docker can restart it.
end_with_localstack() {
    (tail --pid="$PPID" --follow /dev/null; kill "$1") &
}

changeable() {
    ls -lR --full-time /opt/wavetank/init /opt/wavetank/lambdas | cksum
}

wavetank watch --endpoint http://127.0.0.1:4566 &
end_with_localstack $!

if [ "$WAVETANK_TICKER" = yes ] && [ "$WAVETANK_DEPLOY_CHANGES" = yes ]; then
    # The first change starts the process that deploys, because one that only waits takes 95 MB.
    (
        deployed=$(changeable)
        while [ "$(changeable)" = "$deployed" ]; do sleep 0.5; done
        exec "${0%/*}/10-deploy.sh" --watch
    ) &
    end_with_localstack $!
fi
