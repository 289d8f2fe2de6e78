# The manager's image: docker buildx build --platform linux/amd64,linux/arm64 -f deploy/docker/manager.Dockerfile -t REPOSITORY:TAG --push .
# Each platform is compiled on that platform: on a machine of its own, or emulated.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
RUN apt-get update && apt-get install -y --no-install-recommends clang zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN deploy/docker/publish.sh "$TARGETARCH" /out

# No shell, no package manager: the C library, OpenSSL, CA certificates, and a user of its own (1654).
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
COPY --from=build /out/kruise /kruise
USER 1654:1654
ENTRYPOINT ["/kruise"]
CMD ["manager"]
