FROM rust:1-trixie
WORKDIR /app
COPY . .
RUN cargo build --release

FROM debian:trixie-slim
WORKDIR /app
COPY --from=0 /app/target/release/harbour-clock target/release/
EXPOSE 8080
CMD ["./target/release/harbour-clock"]
