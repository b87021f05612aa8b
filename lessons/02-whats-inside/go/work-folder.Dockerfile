FROM golang:1.27-trixie AS build
WORKDIR /app
COPY . .
RUN go build -o harbour-clock .

FROM debian:trixie-slim
WORKDIR /app
COPY --from=build /app .
EXPOSE 8080
CMD ["./harbour-clock"]
