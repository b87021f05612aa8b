FROM golang:1.27-trixie
WORKDIR /app
COPY . .
# The cache mounts keep modules and compiled packages on the builder; no layer holds them.
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -o harbour-clock .
# Nobody needs these at run time.
RUN rm -rf .env .env.local .git
EXPOSE 8080
CMD ["./harbour-clock"]
