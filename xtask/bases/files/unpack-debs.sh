#!/bin/sh
# unpack-debs DIRECTORY PACKAGE…: the files of Debian packages, without installing them.
# No maintainer script runs and nothing a package depends on comes along: the list says everything the image holds.
# Left out: documentation (licences stay, as in the slim images) and glibc's converters for old character sets,
# eight megabytes that only iconv() opens.
# Beside the files stands what distroless keeps for scanners, var/lib/dpkg/status.d/<package> and its .md5sums.
set -eu
root=$1
shift
status="${root}/var/lib/dpkg/status.d"
install -d "${status}" /tmp/debs
cd /tmp/debs
# The lists live in a cache mount that may be empty although an earlier stage filled it: each call brings them up to date.
apt-get update -q
apt-get download -q "$@"
for deb in *.deb; do
    name=$(dpkg-deb --field "${deb}" Package)
    dpkg-deb --fsys-tarfile "${deb}" | tar --extract --directory "${root}" --preserve-permissions \
        --exclude='./usr/share/doc/*/changelog*' --exclude='./usr/share/doc/*/NEWS*' --exclude='./usr/share/doc/*/README*' \
        --exclude='./usr/share/man' --exclude='./usr/share/lintian' --exclude='./usr/lib/*/gconv'
    dpkg-deb --field "${deb}" > "${status}/${name}"
    # A package of symbolic links only (tzdata-legacy) has no checksums.
    dpkg-deb --ctrl-tarfile "${deb}" | tar --extract --to-stdout ./md5sums > "${status}/${name}.md5sums" 2> /dev/null ||
        rm "${status}/${name}.md5sums"
done
cd / && rm -r /tmp/debs

# What makes the image distroless. A package that brings one of these must not slip in unseen.
forbidden=$(find "${root}" -path '*bin/*' \( -name sh -o -name '*sh' -o -name busybox -o -name 'dpkg*' -o -name 'apt*' \))
if [ -n "${forbidden}" ]; then
    echo "a shell or package manager in ${root}: ${forbidden}" >&2
    exit 1
fi
