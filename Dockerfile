# syntax=docker/dockerfile:1

# The three services, a target each: docker build --target svc-api --tag svc-api .

FROM docker.io/library/swift:6.3-bookworm AS build
# Debian keeps one version of a package, so one that is pinned is gone with the next fix.
# hadolint ignore=DL3008
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libcurl4-openssl-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies have a layer of their own: it stays until the manifest changes.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
# Not built, but SwiftPM refuses a manifest whose targets are not there.
COPY Tests Tests
# What was compiled before is kept outside of the layers, so that a change rebuilds only what depends on it.
RUN --mount=type=cache,id=jobsys-swift-6.3,target=/src/.build,sharing=locked \
    mkdir /out \
    && for product in svc-api svc-worker dlq-handler jobctl; do \
        swift build --configuration release --static-swift-stdlib --product "$product" \
        && strip -o "/out/$product" ".build/release/$product" \
        || exit 1; \
    done

# What all of them need: libcurl with its certificates, time zones, and curl to ask for their health.
FROM docker.io/library/debian:bookworm-slim AS runtime
# hadolint ignore=DL3008
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates curl tzdata \
    && rm -rf /var/lib/apt/lists/*
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$REVISION"
# A number, so that Kubernetes can see that it is not root. Nothing is written: the root file system may be read-only.
USER 65532:65532
STOPSIGNAL SIGTERM
# Alive, not ready: an outage of AWS is no reason to replace a container. A shell puts the port in.
# hadolint ignore=DL3025
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD curl --fail --silent --output /dev/null "http://localhost:$PORT/healthz"

FROM runtime AS svc-api
LABEL org.opencontainers.image.title="svc-api" \
    org.opencontainers.image.description="Takes jobs over HTTP and tells what became of them."
ENV PORT=8080
EXPOSE 8080
# With the tool that asks it, for one who opens a shell beside it: jobctl list
COPY --from=build /out/svc-api /out/jobctl /usr/local/bin/
ENTRYPOINT ["svc-api"]

FROM runtime AS svc-worker
LABEL org.opencontainers.image.title="svc-worker" \
    org.opencontainers.image.description="Runs the jobs that its queue carries."
ENV PORT=8081
EXPOSE 8081
COPY --from=build /out/svc-worker /usr/local/bin/
ENTRYPOINT ["svc-worker"]

FROM runtime AS dlq-handler
LABEL org.opencontainers.image.title="dlq-handler" \
    org.opencontainers.image.description="Records the jobs that failed for good."
ENV PORT=8082
EXPOSE 8082
COPY --from=build /out/dlq-handler /usr/local/bin/
ENTRYPOINT ["dlq-handler"]
