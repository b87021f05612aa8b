FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /app
COPY pom.xml .
COPY src/main src/main
RUN --mount=type=cache,id=harbour-clock-maven,target=/root/.m2,sharing=locked \
    mvn --batch-mode --no-transfer-progress package -Dmaven.test.skip
RUN java -Djarmode=tools -jar target/harbour-clock.jar extract --layers --destination layers

FROM maven:3-eclipse-temurin-25 AS runtime
RUN jlink --output /runtime --strip-debug --no-header-files --no-man-pages --compress zip-6 --add-modules \
java.base,java.compiler,java.desktop,java.instrument,java.management,java.naming,java.net.http,java.prefs,\
java.scripting,java.security.jgss,java.sql,jdk.jfr,jdk.unsupported

FROM gcr.io/distroless/cc-debian13:nonroot
WORKDIR /app
COPY --from=runtime /runtime /opt/java
COPY --from=build /app/layers/dependencies/ ./
COPY --from=build /app/layers/application/ ./
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="MIT"
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["/opt/java/bin/java", "-XX:TieredStopAtLevel=1", "-jar", "/app/harbour-clock.jar", "health"]
ENTRYPOINT ["/opt/java/bin/java", "-jar", "/app/harbour-clock.jar"]
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="$REVISION"
