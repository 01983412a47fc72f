#!/usr/bin/env bash
# Runs oci-conform as SUITE, ARGS, CONFIG, BASELINE and ROOT say. Its exit code becomes an output: later steps keep and compare the
# results, and the last one passes it on.
set -euo pipefail
: "${SUITE:?}" "${ARTIFACT:?}" "${RUNNER_TEMP:?}" "${GITHUB_OUTPUT:?}"

fail() {
  echo "::error title=oci-conform::$1"
  exit 64
}

case $SUITE in
  runtime | registry | client | image | run) ;;
  *) fail "suite: '$SUITE' is none; there are runtime, registry, client, image, run" ;;
esac

results=$RUNNER_TEMP/oci-conform-results/$ARTIFACT
rm -rf "$results"
mkdir -p "$results"

# xargs knows quotes and expands nothing.
parsed=$(mktemp)
printf '%s' "${ARGS-}" | xargs -r printf '%s\0' > "$parsed" || fail "args: the quotes do not match: $ARGS"
words=()
dashes=false
while IFS= read -r -d '' word; do
  words+=("$word")
  [ "$word" != -- ] || dashes=true
done < "$parsed"
rm -f "$parsed"

command=(oci-conform "$SUITE")
[ "$SUITE" != run ] || command+=("${CONFIG:-oci-conform.yaml}")
command+=(${words[@]+"${words[@]}"})
# What follows goes to every target of the file.
if [ "$SUITE" = run ] && [ "$dashes" = false ]; then command+=(--); fi
[ -z "${BASELINE-}" ] || command+=(--baseline "$BASELINE")
command+=(--report "json=$results/results.json" --report "junit=$results/results.xml" --report "html=$results/results.html")

if [ "${ROOT-}" = true ] && [ "$(id -u)" != 0 ]; then
  # sudo has a PATH of its own.
  command=(sudo --preserve-env env "PATH=$PATH" "${command[@]}")
fi

{
  echo "results=$results"
  echo "exit-code=70"
} >> "$GITHUB_OUTPUT"
code=0
"${command[@]}" || code=$?
echo "exit-code=$code" >> "$GITHUB_OUTPUT"

if [ "${command[0]}" = sudo ]; then
  sudo chown -R "$(id -u)" "$results"
  [ ! -d .oci-conform ] || sudo chown -R "$(id -u)" .oci-conform
fi
# A config file's targets have directories of their own.
for failures in .oci-conform/failures .oci-conform/*/failures; do
  [ -d "$failures" ] || continue
  kept=$results/${failures#.oci-conform/}
  mkdir -p "${kept%failures}"
  cp -R "$failures" "$kept"
done
