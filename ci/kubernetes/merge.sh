#!/bin/sh
# merge [OPTION…]: merges the results of all JOB_COMPLETIONS shards in RESULTS; the options are those of `oci-conform report merge`.
# Exits as one run of all cases would have, or with 2 when a shard is missing.
set -eu
: "${RESULTS:?}" "${JOB_COMPLETIONS:?}"
index=0
while [ "$index" -lt "$JOB_COMPLETIONS" ]; do
  file=$RESULTS/shard-$index.json
  if [ ! -f "$file" ]; then
    echo "merge: $file is missing: that shard has no result" >&2
    exit 2
  fi
  set -- "$@" "$file"
  index=$((index + 1))
done
exec oci-conform report merge "$@" --report terminal --report "json=$RESULTS/results.json" --report "junit=$RESULTS/results.xml" \
  --report "html=$RESULTS/results.html"
