#!/usr/bin/env bash
# Installs the real components that live mode and reports are tested against, all from Debian's packages, and builds the control plane. Needs root.
# Nothing is left running: tests start what they need, on ports of their own, and stop it.
set -euo pipefail
cd "$(dirname "$0")"

[ "$(id -u)" -eq 0 ] || { echo "tests/lab/install.sh needs root (apt-get)" >&2; exit 1; }

packages=(
    etcd-server                              # the control plane's store
    containerd runc                          # the runtime that the daemon talks to
    docker-registry apache2-utils            # the registry, and htpasswd for a private one
    skopeo busybox-static                    # pushes images by hand; a shell for images that run
    hey                                      # load on the webhooks
    openssl jq iproute2 util-linux curl ca-certificates
    zsh fish                                 # complete the command line
    golang-1.19-go golang-github-modern-go-reflect2-dev                         # build the control plane
    golang-github-masterminds-sprig-dev golang-github-ghodss-yaml-dev           # render the chart with Go's own templates
    gcc libc6-dev zlib1g-dev                 # link native binaries
    chromium                                 # opens reports
)
command -v kubectl > /dev/null || packages+=(kubernetes-client)
# Compares the chart library that reports carry with its package.
command -v npm > /dev/null || packages+=(npm)

export DEBIAN_FRONTEND=noninteractive
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -q > /dev/null
    # Debian starts a package's service on installation unless this says no.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod +x "$policy"
    fi
    echo "installing ${missing[*]}"
    apt-get install -y -q --no-install-recommends "${missing[@]}" > /dev/null
fi

./build-control-plane.sh
