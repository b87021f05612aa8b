# TO WRITE: what people honestly write first. The service must keep apps/contract.toml.
FROM debian:trixie-slim AS build
COPY . /src
WORKDIR /src

# Formatter, linter and unit tests of the service.
FROM build AS check
RUN echo "TO WRITE: run the tests" && exit 1

FROM build
CMD ["/src/serve"]
