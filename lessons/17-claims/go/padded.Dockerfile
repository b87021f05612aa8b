# The naive Dockerfile with tools that the service never calls: a large "before".
FROM golang:1.27-trixie
RUN apt-get update && apt-get install --yes cmake gdb vim
WORKDIR /app
COPY . .
RUN go build -o harbour-clock .
EXPOSE 8080
CMD ["./harbour-clock"]
