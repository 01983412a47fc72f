#!/usr/bin/env bash
# Puts oci-conform on the PATH of later steps: PACKAGE by npm, or the checkout that this script stands in.
set -euo pipefail
: "${RUNNER_TEMP:?}" "${GITHUB_PATH:?}"

fail() {
  echo "::error title=oci-conform::$1"
  exit 1
}

node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 18) ? 0 : 1)' ||
  fail "Node 20.18 or newer is needed; put a step with actions/setup-node before this one"

home=$RUNNER_TEMP/oci-conform-installed
if [ -n "${PACKAGE-}" ]; then
  npm install --no-audit --no-fund --prefix "$home" "$PACKAGE"
  bin=$home/node_modules/.bin
else
  checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  [ -f "$checkout/package.json" ] || fail "there is no checkout around $checkout; name a package"
  # Builds it, too.
  (cd "$checkout" && npm ci --no-audit --no-fund)
  bin=$home/bin
  mkdir -p "$bin"
  printf '#!/bin/sh\nexec node "%s/build/cli/main.js" "$@"\n' "$checkout" > "$bin/oci-conform"
  printf '#!/bin/sh\nexec "%s/build/oci-ref" "$@"\n' "$checkout" > "$bin/oci-ref"
  chmod +x "$bin/oci-conform" "$bin/oci-ref"
fi
echo "$bin" >> "$GITHUB_PATH"
"$bin/oci-conform" --version
