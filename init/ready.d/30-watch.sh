#!/bin/sh
# Prints ticks, objects, failed attempts and alerts into the container's log, and ends with the container.
set -eu
wavetank watch --endpoint http://127.0.0.1:4566 &
