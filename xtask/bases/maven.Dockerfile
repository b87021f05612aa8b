# maven:3-eclipse-temurin-25 from Debian's Maven.
# Debian's Maven without the older JRE that its package asks for. Its libraries are links to /usr/share/java.
FROM debian:trixie-slim AS maven-files
RUN --mount=type=cache,id=drydock-lists-java,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/unpack-debs.sh,target=/usr/local/bin/unpack-debs \
    sh /usr/local/bin/unpack-debs /rootfs maven libmaven3-core-java libaopalliance-java libatinject-jsr330-api-java \
        libcdi-api-java libcommons-cli-java libcommons-codec-java libcommons-io-java libcommons-lang3-java \
        libcommons-logging-java libgeronimo-annotation-1.3-spec-java libgeronimo-interceptor-3.0-spec-java \
        libguava-java libguice-java libhttpclient-java libhttpcore-java libjansi-java libmaven-resolver-java \
        libmaven-shared-utils-java libplexus-cipher-java libplexus-classworlds-java libplexus-component-annotations-java \
        libplexus-interpolation-java libplexus-sec-dispatcher-java libplexus-utils2-java libsisu-inject-java \
        libsisu-plexus-java libslf4j-java libwagon-file-java libwagon-http-java libwagon-provider-api-java \
    && cp --recursive --dereference /rootfs/etc/maven /rootfs/conf \
    && rm -r /rootfs/usr/share/maven/conf && mv /rootfs/conf /rootfs/usr/share/maven/conf \
    && cd /rootfs/usr/share && for jar in maven/lib/*.jar maven/boot/*.jar; do \
        test -e "${jar}" || { echo "${jar} leads nowhere: $(readlink "${jar}")" >&2; exit 1; }; done \
    && cp --recursive --dereference maven /maven
COPY files/maven-settings.xml /maven/conf/settings.xml

FROM eclipse-temurin:25-jdk
RUN --mount=type=cache,id=drydock-apt-java,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=drydock-lists-java,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=bind,source=files/keep-downloads.conf,target=/etc/apt/apt.conf.d/docker-clean \
    apt-get update -q && apt-get install -qy --no-install-recommends git openssh-client
COPY --link --from=maven-files /maven /usr/share/maven
COPY --link files/mavenrc /etc/mavenrc
COPY --link files/PemToStore.java /usr/local/share/drydock/
RUN ln -s /usr/share/maven/bin/mvn /usr/bin/mvn \
    && javac -d /usr/local/share/drydock /usr/local/share/drydock/PemToStore.java && rm /usr/local/share/drydock/PemToStore.java \
    && mvn --version
ENV MAVEN_HOME=/usr/share/maven \
    MAVEN_CONFIG=/root/.m2
CMD ["mvn"]
