#!/usr/bin/env bash
# Builds kube-apiserver, kube-controller-manager and kube-scheduler 1.20.2 from Debian's own source package, so that live mode is tested against
# something that is not ours. Debian ships the client only. Takes about 4 minutes on 2 cores, once: the binaries stay in $KRUISE_LAB/bin.
# Expects golang-1.19-go and golang-github-modern-go-reflect2-dev (install.sh installs them) and Debian's package source.
set -euo pipefail

lab="${KRUISE_LAB:-$HOME/.cache/kruise-lab}"
version=1.20.2
components=(kube-apiserver kube-controller-manager kube-scheduler)

missing=()
for component in "${components[@]}"; do
    [ -x "$lab/bin/$component" ] || missing+=("$component")
done

if [ ${#missing[@]} -eq 0 ]; then
    echo "control plane $version is in $lab/bin"
    exit 0
fi

work="$lab/src"
gopath="$work/gopath"
tree="$gopath/src/k8s.io/kubernetes"
import=k8s.io/kubernetes
mkdir -p "$lab/bin" "$work"

# A private apt configuration with the source entries: the machine's own lists stay as they are.
download_source() {
    local conf="$work/apt" options list
    mkdir -p "$conf"/{sources.list.d,state/lists/partial,cache/archives/partial}
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -e "$list" ] && sed 's/^Types:.*/Types: deb-src/' "$list" > "$conf/sources.list.d/$(basename "$list")"
    done
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -e "$list" ] && sed -n 's/^deb /deb-src /p' "$list" > "$conf/sources.list.d/$(basename "$list" .list)-src.list"
    done
    options=(-q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$conf/sources.list.d" -o Dir::State::lists="$conf/state/lists"
        -o Dir::Cache="$conf/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update > /dev/null
    (cd "$work" && apt-get "${options[@]}" source --download-only kubernetes > /dev/null)
}

unpack_source() {
    local unpacked="$work/unpacked" reflect2="vendor/github.com/modern-go/reflect2"
    rm -rf "$unpacked"
    mkdir -p "$unpacked" "$(dirname "$tree")"
    tar xzf "$work"/kubernetes_*.orig.tar.gz --strip-components=1 -C "$unpacked"
    # reflect2 before 1.0.2 does not work when built with Go 1.18 or newer: Debian's newer copy takes its place.
    rm -rf "${unpacked:?}/$reflect2"
    cp -rL /usr/share/gocode/src/github.com/modern-go/reflect2 "$unpacked/$reflect2"
    rm -f "$unpacked/$reflect2"/*_test.go
    mv "$unpacked" "$tree"
}

# The OpenAPI description is generated code that the source package leaves out.
generate_openapi() {
    local inputs
    go build -o "$work/openapi-gen" "$import/vendor/k8s.io/kube-openapi/cmd/openapi-gen"
    inputs="$({ grep -rl --include='*.go' '+k8s:openapi-gen=' staging/src/k8s.io | sed 's#^staging/src/#vendor/#'
        grep -rl --include='*.go' '+k8s:openapi-gen=' pkg cmd; } \
        | grep -vE '_test|code-generator|sample-apiserver' | xargs -n1 dirname | sort -u | sed "s#^#$import/#" | paste -sd,)"
    "$work/openapi-gen" --logtostderr -i "$inputs" -p "$import/pkg/generated/openapi" -O zz_generated.openapi \
        -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/openapi-violations.txt"
}

[ -d "$tree" ] || { ls "$work"/kubernetes_*.orig.tar.gz > /dev/null 2>&1 || download_source; unpack_source; }

export PATH="/usr/lib/go-1.19/bin:$PATH" GOPATH="$gopath" GO111MODULE=off CGO_ENABLED=0 GOFLAGS=
cd "$tree"
[ -f pkg/generated/openapi/zz_generated.openapi.go ] || generate_openapi

stamp="-X $import/vendor/k8s.io/component-base/version"
flags="$stamp.gitVersion=v$version $stamp.gitMajor=1 $stamp.gitMinor=20 $stamp.gitTreeState=clean -X $import/vendor/k8s.io/client-go/pkg/version.gitVersion=v$version"
for component in "${missing[@]}"; do
    echo "building $component $version"
    go build -ldflags "$flags" -o "$lab/bin/$component.part" "$import/cmd/$component"
    mv "$lab/bin/$component.part" "$lab/bin/$component"
done

# What is left is a few hundred megabytes of sources that nobody reads again.
chmod -R u+w "$work"
rm -rf "$work"
echo "control plane $version is in $lab/bin"
