FROM rust:1-trixie AS build
WORKDIR /app
COPY . .
RUN cargo build --release
FROM debian:trixie-slim
COPY --from=build /app/target/release/harbour-clock /usr/local/bin/
EXPOSE 8080
CMD ["harbour-clock"]
