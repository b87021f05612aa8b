# dependencies: exactly what Cargo.lock names, and nothing of ours
FROM rust:1-trixie AS dependencies
WORKDIR /app
COPY Cargo.toml Cargo.lock build.rs ./
# A stub in place of our code: cargo wants something to build, and compiles the dependencies on the way.
RUN mkdir src && echo 'fn main() { println!("only the stub"); }' > src/main.rs && cargo fetch --locked
RUN cargo build --release --locked

# build: our own code
FROM dependencies AS build
COPY . .
# Cargo goes by modification times. Ours may be older than the stub's: touch makes it the newer one.
RUN touch src/main.rs && cargo build --release --locked

# run
FROM debian:trixie-slim
WORKDIR /app
COPY --from=build /app/target/release/harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
