#!/usr/bin/env bash
# Installs what NativeAOT links with, for the builder's own architecture or, by cross-compilation, for the other one.
#   toolchain.sh amd64|arm64
set -euo pipefail
target=${1:?amd64 or arm64}
export DEBIAN_FRONTEND=noninteractive
if [ "$target" = "$(dpkg --print-architecture)" ]; then
    apt-get update
    apt-get install -y --no-install-recommends clang zlib1g-dev
else
    case "$target" in
        amd64) triple=x86-64-linux-gnu host=http://archive.ubuntu.com/ubuntu ;;
        arm64) triple=aarch64-linux-gnu host=http://ports.ubuntu.com/ubuntu-ports ;;
        *) echo "toolchain.sh: '$target' is neither amd64 nor arm64" >&2; exit 2 ;;
    esac
    own=$(dpkg --print-architecture)
    # The other architecture's packages come from another server; the sources that are there serve only their own.
    sed -i "/^Architectures:/d; s/^Types: deb$/&\nArchitectures: $own/" /etc/apt/sources.list.d/ubuntu.sources
    dpkg --add-architecture "$target"
    cat > /etc/apt/sources.list.d/cross.sources <<SOURCES
Types: deb
Architectures: $target
URIs: $host
Suites: noble noble-updates
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg
SOURCES
    apt-get update
    apt-get install -y --no-install-recommends clang llvm "binutils-$triple" "gcc-$triple" "zlib1g-dev:$target"
fi
rm -rf /var/lib/apt/lists/*
