# Maven and the JDK build the service and the runtime it needs; neither of them sails.

# --- build: the service, taken apart into what we depend on and what we wrote
FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /app
COPY pom.xml .
COPY src/main src/main
# Declared as late as possible: a new revision repeats what follows, and nothing before.
ARG REVISION=unknown
# Maven keeps what it downloaded in a cache of the builder's, which never becomes part of a layer. Two builds at once would
# disturb each other there, so one waits.
RUN --mount=type=cache,id=harbour-clock-maven,target=/root/.m2,sharing=locked \
    mvn --batch-mode --no-transfer-progress package -Dmaven.test.skip -Dsource.revision="$REVISION"
RUN java -Djarmode=tools -jar target/harbour-clock.jar extract --layers --destination layers

# --- runtime: a JVM with the modules that the service uses, made again when this list changes and not before
FROM maven:3-eclipse-temurin-25 AS runtime
# The list is what jdeps found; the stage `check` compares.
RUN jlink --output /runtime --strip-debug --no-header-files --no-man-pages --compress zip-6 --add-modules \
java.base,java.compiler,java.desktop,java.instrument,java.management,java.naming,java.net.http,java.prefs,\
java.scripting,java.security.jgss,java.sql,jdk.jfr,jdk.unsupported

# --- check: style, warnings and tests, on demand with --target check; the image does not depend on it
FROM maven:3-eclipse-temurin-25 AS check
WORKDIR /app
COPY . .
RUN --mount=type=cache,id=harbour-clock-maven,target=/root/.m2,sharing=locked \
    mvn --batch-mode --no-transfer-progress checkstyle:check verify
# Does the runtime have every module that jdeps sees the service and its libraries use?
RUN --mount=from=build,source=/app/layers,target=/layers --mount=from=runtime,source=/runtime,target=/runtime \
    jdeps --print-module-deps --ignore-missing-deps --recursive --multi-release 25 \
        --class-path '/layers/dependencies/lib/*' /layers/application/harbour-clock.jar | tr , '\n' | sort > needed \
 && /runtime/bin/java --list-modules | cut -d @ -f 1 | sort > there \
 && comm -23 needed there | tee missing && test ! -s missing

# --- the image: the C and C++ libraries, the runtime, the service; no shell, no package manager
FROM gcr.io/distroless/cc-debian13:nonroot AS final
WORKDIR /app
# What changes least comes first: after an edit of our code, only the last layer is new.
COPY --from=runtime /runtime /opt/java
COPY --from=build /app/layers/dependencies/ ./
COPY --from=build /app/layers/application/ ./
ARG REVISION=unknown
LABEL org.opencontainers.image.title="harbour-clock" \
      org.opencontainers.image.description="The harbour clock in Java: time zones, trust roots and checksums over HTTP" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
# A number, because an orchestrator that must not run root cannot tell who a name is.
USER 65532:65532
EXPOSE 8080
# Without a shell and without curl the service probes itself.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["/opt/java/bin/java", "-XX:TieredStopAtLevel=1", "-jar", "/app/harbour-clock.jar", "health"]
# The JVM is PID 1 and gets SIGTERM itself, with no shell in between that would swallow it.
ENTRYPOINT ["/opt/java/bin/java", "-jar", "/app/harbour-clock.jar"]
