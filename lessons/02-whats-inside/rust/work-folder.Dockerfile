FROM rust:1-trixie AS build
WORKDIR /app
COPY . .
RUN cargo build --release

FROM debian:trixie-slim
WORKDIR /app
COPY --from=build /app .
EXPOSE 8080
CMD ["./target/release/harbour-clock"]
