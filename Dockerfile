# SPDX-License-Identifier: Apache-2.0

FROM swift:6.3-bookworm AS build
WORKDIR /build

# The base image determines the distribution, and with it the version.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*

# A separate layer for the packages, rebuilt only when the manifest changes.
COPY Package.swift ./
RUN swift package resolve

# The manifest refers to tests, benchmarks and fuzzing, so their folders must exist.
COPY Benchmarks Benchmarks
COPY Fuzzing Fuzzing
COPY Tests Tests
COPY Sources Sources
# The explorer page contains it.
COPY docs/accuracy.md docs/
COPY static.ld ./
RUN swift build -c release --product loss-server \
        --static-swift-stdlib -Xswiftc -static-executable -Xswiftc -use-ld=lld \
        -Xlinker --icf=safe -Xlinker --no-eh-frame-hdr -Xlinker -T/build/static.ld \
        -Xlinker --strip-all \
    && cp .build/release/loss-server /loss-server

FROM scratch
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="loss-server" \
      org.opencontainers.image.description="Machine-learning loss functions and their gradients over HTTP" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /loss-server /loss-server
USER 65532:65532
ENV LOSS_SERVER_HOST=0.0.0.0
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
    CMD ["/loss-server", "healthcheck"]
ENTRYPOINT ["/loss-server"]
CMD ["serve"]
