# The node daemon's image: docker buildx build --platform linux/amd64,linux/arm64 -f deploy/docker/daemon.Dockerfile -t REPOSITORY:TAG --push .
# The same binary as the manager's; an image of its own, because it runs as another user.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
RUN apt-get update && apt-get install -y --no-install-recommends clang zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN deploy/docker/publish.sh "$TARGETARCH" /out

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
COPY --from=build /out/kruise /kruise
# The container runtime's socket belongs to root. The DaemonSet takes every capability away and mounts the socket's directory read-only.
USER 0:0
ENTRYPOINT ["/kruise"]
CMD ["daemon"]
