FROM golang:1.27-trixie

WORKDIR /app
COPY . .
RUN go build -o harbour-clock .

EXPOSE 8080
CMD ["./harbour-clock"]
