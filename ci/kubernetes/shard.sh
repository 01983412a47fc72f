#!/bin/sh
# Runs `oci-conform ARGS…` with the share of the cases that JOB_COMPLETION_INDEX and JOB_COMPLETIONS name, and leaves the results in RESULTS.
# A finding is a result: the pod then succeeded. Anything else is none, and the pod fails.
set -eu
: "${RESULTS:?}" "${JOB_COMPLETION_INDEX:?}" "${JOB_COMPLETIONS:?}"
rm -f "$RESULTS/shard-$JOB_COMPLETION_INDEX.json"
code=0
oci-conform "$@" --shard auto --out "$RESULTS/failures-$JOB_COMPLETION_INDEX" --report "json=$RESULTS/shard-$JOB_COMPLETION_INDEX.json" || code=$?
[ "$code" -le 1 ] || exit "$code"
