#!/usr/bin/env bash
# Compares RESULTS with those of the last run of this workflow on BRANCH that left an artifact named ARTIFACT. That there is none, or
# that it cannot be had, is told and is no failure.
set -euo pipefail
: "${RESULTS:?}" "${ARTIFACT:?}" "${RUNNER_TEMP:?}" "${GITHUB_OUTPUT:?}" "${GITHUB_REPOSITORY:?}" "${GITHUB_WORKFLOW_REF:?}"

notice() {
  echo "::notice title=oci-conform::$1"
}

nothing() {
  notice "nothing to compare with: $1"
  echo "regression=false" >> "$GITHUB_OUTPUT"
  exit 0
}

[ -n "${BRANCH-}" ] || nothing "the event names no default branch; set the input branch"
command -v gh > "$RUNNER_TEMP/oci-conform-gh" || nothing "gh is not installed"

# owner/name/.github/workflows/FILE@refs/…
workflow=${GITHUB_WORKFLOW_REF%%@*}
# A pull request's run has the branch's name in the fork: only what happened to the branch itself counts.
ours='.[] | select(.status == "completed" and (.event | IN("push", "schedule", "workflow_dispatch"))) | .databaseId'
runs=$(gh run list --repo "$GITHUB_REPOSITORY" --workflow "${workflow##*/}" --branch "$BRANCH" --limit 30 \
  --json databaseId,event,status --jq "$ours") ||
  nothing "the runs of $BRANCH cannot be listed; does the job have the permission actions: read?"

before=$RUNNER_TEMP/oci-conform-before/$ARTIFACT
found=
tries=0
for run in $runs; do
  tries=$((tries + 1))
  [ "$tries" -le 10 ] || break
  rm -rf "$before"
  # It may have expired, or the run may have ended before there was one.
  if gh run download "$run" --repo "$GITHUB_REPOSITORY" --name "$ARTIFACT" --dir "$before" 2> "$RUNNER_TEMP/oci-conform-gh"; then
    found=$run
    break
  fi
done
[ -n "$found" ] || nothing "no run of $BRANCH has an artifact $ARTIFACT yet"

regression=false
for new in "$RESULTS"/results*.json; do
  [ -f "$new" ] || continue
  name=${new##*/}
  if [ ! -f "$before/$name" ]; then
    notice "$name: the run $found of $BRANCH has no such results"
    continue
  fi
  summary=$RESULTS/compare${name#results}
  summary=${summary%.json}.md
  code=0
  # The summary is appended below, whoever would do it otherwise.
  env -u GITHUB_STEP_SUMMARY oci-conform report compare "$before/$name" "$new" --report "markdown=$summary" || code=$?
  case $code in
    0) ;;
    1) regression=true ;;
    *) echo "::warning title=oci-conform::$name could not be compared with the run $found of $BRANCH (exit code $code)" ;;
  esac
  if [ -n "${GITHUB_STEP_SUMMARY-}" ] && [ -f "$summary" ]; then cat "$summary" >> "$GITHUB_STEP_SUMMARY"; fi
done
echo "regression=$regression" >> "$GITHUB_OUTPUT"
