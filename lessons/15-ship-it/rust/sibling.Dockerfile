FROM rust:1-trixie AS build
WORKDIR /src
COPY main.rs .
RUN rustc -C opt-level=2 -o /tides main.rs

FROM debian:trixie-slim
COPY --from=build /tides /usr/local/bin/tides
EXPOSE 8080
CMD ["tides"]
