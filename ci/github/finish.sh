#!/usr/bin/env bash
# Ends as the run of oci-conform did (CODE), or with 1 when REGRESSION is true.
set -euo pipefail
: "${CODE:?}"
[ "$CODE" = 0 ] || exit "$CODE"
if [ "${REGRESSION-}" = true ]; then
  echo "::error title=oci-conform::something is worse than in the last run of the default branch; the summary names it"
  exit 1
fi
