FROM golang:1.27-trixie AS build
WORKDIR /app
COPY . .
RUN go build -o harbour-clock .

FROM debian:trixie-slim
WORKDIR /app
COPY --from=gcr.io/distroless/static-debian13:nonroot /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /app/harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
