# maven:3-eclipse-temurin-25 from Debian's Maven.
# Debian's Maven without the older JRE that its package asks for. Its libraries are links to /usr/share/java;
# two lead nowhere in Debian too, and Maven does without them.
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
    && cd /rootfs/usr/share/maven && rm conf && mv /rootfs/etc/maven conf && ln --force --symbolic ../conf/m2.conf bin/m2.conf \
    && find . -xtype l -print -delete && cp --recursive --dereference . /maven
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
