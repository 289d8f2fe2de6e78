#!/bin/sh
# Compares the files that report.html carries with the npm package that package-lock.json names (by its hash); with --update takes them from it, and writes SHA256SUMS,
# with which a test compares them where there is no registry. Needs npm.
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$work/"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved > /dev/null)
package="$work/node_modules/uplot"
status=0
for file in dist/uPlot.iife.min.js dist/uPlot.min.css LICENSE; do
    mine="$here/$(basename "$file")"
    if [ "${1:-}" = --update ]; then
        cp "$package/$file" "$mine"
    elif ! cmp "$package/$file" "$mine"; then
        status=1
    fi
done
if [ "${1:-}" = --update ]; then (cd "$here" && sha256sum LICENSE uPlot.iife.min.js uPlot.min.css > SHA256SUMS); fi
exit $status
