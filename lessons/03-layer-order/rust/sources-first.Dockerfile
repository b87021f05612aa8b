# build
FROM rust:1-trixie AS build
WORKDIR /app
COPY . .
RUN cargo fetch --locked
RUN cargo build --release --locked

# run
FROM debian:trixie-slim
WORKDIR /app
COPY --from=build /app/target/release/harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
