FROM rust:1-trixie
WORKDIR /app
COPY . .
RUN cargo build --release
EXPOSE 8080
CMD ["./target/release/harbour-clock"]
