FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build
ARG TARGETARCH
WORKDIR /src
COPY main.go go.mod ./
RUN CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /buoy .

FROM scratch
COPY --from=build /buoy /buoy
USER 65532:65532
CMD ["/buoy"]
