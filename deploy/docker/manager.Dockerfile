# The manager's image: docker buildx build --platform linux/amd64,linux/arm64 -f deploy/docker/manager.Dockerfile -t REPOSITORY:TAG --push .
# Built on the builder's own platform: native code for the other one is cross-compiled, which is much faster than emulating it.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
COPY deploy/docker/toolchain.sh /usr/local/bin/toolchain.sh
RUN toolchain.sh "$TARGETARCH"
WORKDIR /source
COPY . .
RUN deploy/docker/publish.sh "$TARGETARCH" /out

# No shell, no package manager: the C library, OpenSSL, CA certificates, and a user of its own (1654).
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
COPY --from=build /out/kruise /kruise
USER 1654:1654
ENTRYPOINT ["/kruise"]
CMD ["manager"]
