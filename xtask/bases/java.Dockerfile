# eclipse-temurin:25-jdk and eclipse-temurin:25-jre from Debian's OpenJDK, in the folder that the official images have it in.
FROM debian:trixie-slim AS packages
# Packages with manual pages want the folder that slim images lack.
RUN mkdir -p /usr/share/man/man1

FROM packages AS jdk-files
RUN --mount=type=cache,id=drydock-apt-java,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-java,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends openjdk-25-jdk-headless
RUN --mount=type=bind,source=files/java-tree.sh,target=/usr/local/bin/java-tree java-tree /tree

FROM packages AS jre-files
RUN --mount=type=cache,id=drydock-apt-java,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-java,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends openjdk-25-jre-headless
RUN --mount=type=bind,source=files/java-tree.sh,target=/usr/local/bin/java-tree java-tree /tree


# What both have: the libraries that OpenJDK is linked to, and the tools of the official image.
FROM debian:trixie-slim AS runtime
RUN --mount=type=cache,id=drydock-apt-java,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-java,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends \
        ca-certificates curl fontconfig gnupg locales p11-kit tzdata wget \
        libc6 libfreetype6 libgcc-s1 libharfbuzz0b libjpeg62-turbo liblcms2-2 libstdc++6 zlib1g
ENV JAVA_HOME=/opt/java/openjdk \
    PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8

FROM runtime AS jre
COPY --link --from=jre-files /tree /opt/java/openjdk
RUN java -version

FROM runtime AS jdk
# objcopy, for jlink --strip-debug.
RUN --mount=type=cache,id=drydock-apt-java,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-java,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends binutils
COPY --link --from=jdk-files /tree /opt/java/openjdk
RUN javac -version && jlink --list-plugins > /dev/null
CMD ["jshell"]
