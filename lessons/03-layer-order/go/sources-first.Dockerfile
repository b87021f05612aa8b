# build
FROM golang:1.27-trixie AS build
WORKDIR /app
COPY . .
RUN go mod download
RUN go build -o harbour-clock .

# run
FROM debian:trixie-slim
WORKDIR /app
COPY --from=build /app/harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
