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
# The times of files that were written before the stub, as those of a checkout usually are. And nothing touches them.
RUN find src -type f -exec touch -d 2020-01-01 {} + && cargo build --release --locked

# run
FROM debian:trixie-slim
WORKDIR /app
COPY --from=build /app/target/release/harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
