# gcr.io/distroless/java25-debian13:nonroot: the JRE on distroless cc, and the libraries that java.desktop is linked to.
FROM debian:trixie-slim AS files
COPY --chmod=755 files/unpack-debs.sh /usr/local/bin/unpack-debs
RUN --mount=type=cache,id=drydock-lists-distroless,target=/var/lib/apt/lists,sharing=locked \
    unpack-debs /rootfs fontconfig-config libbrotli1 libbz2-1.0 libexpat1 libfontconfig1 libfreetype6 libglib2.0-0t64 \
        libgraphite2-3 libharfbuzz0b libjpeg62-turbo liblcms2-2 libpcre2-8-0 libpng16-16t64 \
    && mkdir -p /rootfs/usr/bin && ln -s ../lib/jvm/temurin25_jre/bin/java /rootfs/usr/bin/java

FROM eclipse-temurin:25-jre AS jre

FROM gcr.io/distroless/cc-debian13:nonroot
COPY --link --from=files /rootfs/ /
COPY --link --from=jre /opt/java/openjdk /usr/lib/jvm/temurin25_jre
ENV LANG=C.UTF-8 \
    JAVA_HOME=/usr/lib/jvm/temurin25_jre
RUN ["/usr/bin/java", "-version"]
ENTRYPOINT ["/usr/bin/java", "-jar"]
