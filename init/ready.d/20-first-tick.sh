#!/bin/sh
# The rule's own first tick comes after its first minute; nobody should have to wait for it.
set -eu
exec wavetank invoke --endpoint http://127.0.0.1:4566
