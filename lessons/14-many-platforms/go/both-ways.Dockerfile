# One program for the other processor, compiled twice in one build: by this machine's compiler, and by the compiler that an image for the
# other platform would have, which runs under an emulator. `emulated` takes a file from `cross`, so `cross` has the machine to itself.

FROM golang:1.27-trixie AS dependencies
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -tags=timetzdata,nethttpomithttp2"
COPY go.mod go.sum ./
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    go mod download
COPY . .

# What both ways need, and neither is timed by.
FROM dependencies AS tools
ARG BUILDARCH
# The other processor, as Go calls it, and the emulator that runs its programs here.
RUN case "$BUILDARCH" in \
        arm64) echo 'export GOARCH=amd64 emulator=qemu-x86_64' ;; \
        *) echo 'export GOARCH=arm64 emulator=qemu-aarch64' ;; \
    esac > /other
RUN . /other && cd /tmp && apt-get update && apt-get download qemu-user \
 && dpkg-deb --fsys-tarfile qemu-user_*.deb | tar --extract --directory / "./usr/bin/$emulator" \
 && install -d -m 1777 /ship/tmp && install -D "/usr/bin/$emulator" /ship/emulator \
 && install -D -m 644 -t /ship/etc/ssl/certs /etc/ssl/certs/ca-certificates.crt \
 && rm -rf qemu-user_*.deb /var/lib/apt/lists/*
# Go's own compiler and linker for the other processor, as Go publishes them: a module like any other.
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    . /other && toolchain=golang.org/toolchain@v0.0.1-$(go env GOVERSION).linux-$GOARCH \
 && go mod download "$toolchain" \
 && install -D "/go/pkg/mod/$toolchain/bin/go" "/usr/local/go/bin/linux_$GOARCH/go" \
 && install -D -t "/usr/local/go/pkg/tool/linux_$GOARCH" /go/pkg/mod/"$toolchain/pkg/tool/linux_$GOARCH"/*
# The standard library, compiled.
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=many-platforms-go-standard-library,target=/compiled \
    . /other && export GOCACHE=/compiled \
 && go list -deps -f '{{if .Standard}}{{.ImportPath}}{{end}}' . | xargs go build \
 && install -d /root/.cache/go-build && cp -a /compiled/. /root/.cache/go-build

FROM tools AS cross
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    . /other && go build -ldflags "-s -w" -o /harbour-clock .

# The same command, and every program in it belongs to the other processor: go itself, the compiler, the linker. The program that they
# make is the same, byte for byte: else `cmp` would stop the build. Under the emulator it says which processor it is for.
FROM tools AS emulated
COPY --from=cross /harbour-clock /cross
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    . /other && go=/usr/local/go/bin/linux_$GOARCH/go \
 && $emulator $go build -toolexec $emulator -ldflags "-s -w" -o /harbour-clock . \
 && cmp /cross /harbour-clock && test "$($emulator /harbour-clock arch)" = "$GOARCH"

# The service for the other processor, started as the kernel would start it: the emulator, and the program as its argument.
FROM scratch AS under-emulator
COPY --from=tools /ship/ /
COPY --from=cross /harbour-clock /harbour-clock
USER 65532:65532
ENTRYPOINT ["/emulator", "/harbour-clock"]

# What the image runs: the service for this machine. It also waits for both ways, so that nothing runs beside them.
FROM dependencies AS here
COPY --from=emulated /harbour-clock /ship/other/harbour-clock
RUN --mount=type=cache,id=harbour-clock-go-modules,target=/go/pkg/mod \
    --mount=type=cache,id=harbour-clock-go-build,target=/root/.cache/go-build \
    go build -ldflags "-s -w" -o /ship/harbour-clock .

FROM scratch
COPY --from=here /ship/ /
USER 65532:65532
ENTRYPOINT ["/harbour-clock"]
