#!/usr/bin/env bash
# Compiles `kruise` to native code for an architecture of the images.
#   publish.sh amd64|arm64 FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
case "${1:?amd64 or arm64}" in
    amd64) rid=linux-x64 ;;
    arm64) rid=linux-arm64 ;;
    *) echo "publish.sh: '$1' is neither amd64 nor arm64" >&2; exit 2 ;;
esac
dotnet publish src/Kruise.Live -c Release -r "$rid" -p:PublishAot=true -p:StripSymbols=true -o "${2:?FOLDER}"
