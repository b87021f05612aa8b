#!/bin/sh
# java-tree DIRECTORY: Debian's OpenJDK, as installed, as a tree of its own.
# Debian keeps settings in /etc, CA certificates in /etc/ssl and documentation in /usr/share: files take the links' place.
set -eu
cd /usr/lib/jvm/java-25-openjdk-*
rm -rf docs man lib/src.zip
cp --recursive --dereference --preserve=mode,timestamps . "$1"
