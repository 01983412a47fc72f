#!/bin/sh
# Applies shards.yaml, waits, applies merge.yaml, waits, prints the merged report, and exits as the merge did.
#
#   ci/kubernetes/run.sh [KUBECTL OPTION…]        such as --namespace conformance
#
# LIMIT is the most seconds to wait for each job (an hour). Jobs of an earlier run are deleted first.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
limit=${LIMIT:-3600}

# Waits for a job's end; succeeds when it completed.
ended() {
  job=$1
  shift
  waited=0
  while :; do
    conditions=$(kubectl "$@" get job "$job" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}')
    case " $conditions " in
      *" Complete "*) return 0 ;;
      *" Failed "*) return 1 ;;
    esac
    [ "$waited" -lt "$limit" ] || break
    sleep 5
    waited=$((waited + 5))
  done
  echo "run.sh: the job $job did not end within $limit seconds" >&2
  return 1
}

kubectl "$@" delete job oci-conform oci-conform-merge --ignore-not-found
kubectl "$@" apply -f "$here/shards.yaml"
if ! ended oci-conform "$@"; then
  kubectl "$@" logs --selector job-name=oci-conform --prefix --tail 20 >&2 || true
  echo "run.sh: not every shard has a result; there is nothing to merge" >&2
  exit 2
fi
kubectl "$@" apply -f "$here/merge.yaml"
ended oci-conform-merge "$@" || true
kubectl "$@" logs job/oci-conform-merge
code=$(kubectl "$@" get pods --selector job-name=oci-conform-merge \
  -o 'jsonpath={.items[0].status.containerStatuses[0].state.terminated.exitCode}')
exit "${code:-2}"
