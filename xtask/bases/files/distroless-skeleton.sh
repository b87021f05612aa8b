#!/bin/sh
# distroless-skeleton DIRECTORY: the files of gcr.io/distroless/static that belong to no package.
set -eu
cd "$1"

install -d etc/ssl/certs home
install -d -m 700 root
install -d -m 700 -o 65532 -g 65532 home/nonroot
install -d -m 1777 tmp

cat > etc/passwd <<'EOF'
root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
EOF
cat > etc/group <<'EOF'
root:x:0:
nobody:x:65534:
tty:x:5:
staff:x:50:
nonroot:x:65532:
EOF
# Names resolve through /etc/hosts first, then DNS.
cat > etc/nsswitch.conf <<'EOF'
passwd:    files
group:     files
shadow:    files
hosts:     files dns
networks:  files
protocols: files
services:  files
EOF
# base-files has a link here; distroless names itself instead.
rm -f etc/os-release
cat > etc/os-release <<'EOF'
PRETTY_NAME="Distroless"
NAME="Debian GNU/Linux"
ID="debian"
VERSION_ID="13"
VERSION="Debian GNU/Linux 13 (trixie)"
EOF

# Mozilla's roots joined to one bundle, as update-ca-certificates would, but from the package's files:
# nothing this machine trusts on its own can come in.
apt-get download -q ca-certificates
dpkg-deb --extract ca-certificates_*.deb /tmp/ca
rm ca-certificates_*.deb
cat /tmp/ca/usr/share/ca-certificates/mozilla/*.crt > etc/ssl/certs/ca-certificates.crt
install -D -m 644 /tmp/ca/usr/share/doc/ca-certificates/copyright usr/share/doc/ca-certificates/copyright
rm -r /tmp/ca
