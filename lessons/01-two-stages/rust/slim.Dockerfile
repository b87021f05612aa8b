FROM rust:1-slim-trixie
WORKDIR /app
COPY . .
RUN cargo build --release
EXPOSE 8080
CMD ["./target/release/harbour-clock"]
