# ---- one stage: the toolchain, what the service imports, and the service
FROM golang:1.27-trixie AS one
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -o harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]

# ---- two stages: the same, and the packages come from a builder
FROM golang:1.27-trixie AS modules
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download

FROM golang:1.27-trixie AS two
COPY --from=modules /go/pkg/mod /go/pkg/mod
WORKDIR /src
COPY . .
RUN go build -o harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
