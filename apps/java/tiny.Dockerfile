# How small it gets when size is all that counts: an end point to learn from. Ship multi-stage.Dockerfile.
# What is given up:
#
#   everything of java.desktop but java.beans, which Spring cannot do without: no fonts, no images, no printing; Java finds that out
#     at run time only, class by class
#   speed at the start: the classes of the JVM are packed as small as they get, and unpacked at each start
#   what distroless has around a program: users, certificate authorities and zones as files, OpenSSL; Java has its own of the last three
#   a list of contents: to a scanner there is no glibc in this image, vulnerable or not

# --- build: as in multi-stage.Dockerfile
FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /app
COPY pom.xml .
COPY src/main src/main
ARG REVISION=unknown
RUN --mount=type=cache,id=harbour-clock-maven,target=/root/.m2,sharing=locked \
    mvn --batch-mode --no-transfer-progress package -Dmaven.test.skip -Dsource.revision="$REVISION"
RUN java -Djarmode=tools -jar target/harbour-clock.jar extract --layers --destination layers

# --- runtime: the modules without which the service does not start or does not answer, and of java.desktop one package
FROM maven:3-eclipse-temurin-25 AS runtime
# jlink wants at least one class in each package of a module. So one stays, and java.beans.
RUN jimage list "$JAVA_HOME/lib/modules" | awk ' \
        /^Module:/ { module = $2 } \
        module == "java.desktop" && /\.class$/ && !/ (java|com\/sun)\/beans\// { \
            folder = $1; sub("/[^/]*$", "", folder); if (folder in kept) print "/java.desktop/" $1; kept[folder] }' > /excluded
RUN jlink --output /ship/opt/java --strip-debug --no-header-files --no-man-pages --compress zip-9 --vm server \
    --exclude-resources=@/excluded --exclude-files='glob:/java.desktop/lib/**,glob:/java.base/lib/jrt-fs.jar' --add-modules \
java.base,java.desktop,java.instrument,java.management,java.naming,java.net.http,java.security.jgss,java.sql,jdk.unsupported \
 && rm -r /ship/opt/java/legal /ship/opt/java/bin/keytool
# ldd prints "name => path (address)", and of the loader only the path, which is fixed in the executable. Libraries may go
# to /lib, where the loader looks on every processor, under the names that the JVM asks for.
RUN mkdir -p /ship/lib && cd /ship/opt/java \
 && find . -name '*.so' -o -path ./bin/java | xargs ldd > /libraries \
 && awk '$2 == "=>" && $3 ~ "^/(usr/)?lib/" { print $3 }' /libraries | sort -u | xargs cp --dereference --target-directory=/ship/lib \
 && awk '$1 ~ "^/lib" && $2 !~ "=>" { print $1 }' /libraries | sort -u | xargs -I '{}' install -D '{}' '/ship{}'

# --- the image
FROM scratch AS final
WORKDIR /app
COPY --from=runtime /ship/ /
COPY --from=build /app/layers/dependencies/ ./
COPY --from=build /app/layers/application/ ./
ARG REVISION=unknown
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.description="The harbour clock in Java, from as few bytes as the JVM and Spring allow" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["/opt/java/bin/java", "-XX:TieredStopAtLevel=1", "-jar", "/app/harbour-clock.jar", "health"]
ENTRYPOINT ["/opt/java/bin/java", "-jar", "/app/harbour-clock.jar"]
