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

FROM debian:trixie-slim AS tools
RUN apt-get update && apt-get install --yes --no-install-recommends busybox-static tini

# ---- how it starts
FROM debian:trixie-slim AS everyday
ENV PATH="/opt/java/bin:$PATH"
WORKDIR /app
COPY --from=runtime /runtime /opt/java
COPY --from=build /app/layers/dependencies/ ./
COPY --from=build /app/layers/application/ ./
EXPOSE 8080
CMD java -jar harbour-clock.jar

FROM everyday AS exec-in-shell
CMD exec java -jar harbour-clock.jar

FROM everyday AS exec-form
CMD ["java", "-jar", "harbour-clock.jar"]

FROM exec-form AS tini
COPY --from=tools /usr/bin/tini-static /tini
ENTRYPOINT ["/tini", "--"]
CMD ["java", "-jar", "harbour-clock.jar"]

# ---- what it may do
FROM exec-form AS numbered
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} +
USER 65532:65532

FROM exec-form AS borrowed
RUN cp /usr/bin/id /usr/local/bin/whose && chmod u+s /usr/local/bin/whose
USER 65532:65532

# ---- what a later RUN costs
FROM debian:trixie-slim AS afterwards
RUN apt-get update && apt-get install --yes --no-install-recommends curl
RUN rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=runtime /runtime /opt/java
COPY --from=build /app/layers/dependencies/ ./
COPY --from=build /app/layers/application/ ./
RUN chown -R 65532:65532 /app
EXPOSE 8080
CMD ["/opt/java/bin/java", "-jar", "harbour-clock.jar"]

FROM debian:trixie-slim AS at-once
RUN apt-get update && apt-get install --yes --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=runtime /runtime /opt/java
COPY --from=build --chown=65532:65532 /app/layers/dependencies/ ./
COPY --from=build --chown=65532:65532 /app/layers/application/ ./
EXPOSE 8080
CMD ["/opt/java/bin/java", "-jar", "harbour-clock.jar"]

# ---- who asks how it is
FROM exec-form AS no-curl
HEALTHCHECK --interval=1s --timeout=3s --retries=2 CMD curl --fail http://127.0.0.1:8080/health

# Without this setting the JVM listens at the IPv6 addresses too, and the check passes.
FROM exec-form AS first-address
COPY --from=tools /usr/bin/busybox /usr/bin/wget
CMD ["java", "-Djava.net.preferIPv4Stack=true", "-jar", "harbour-clock.jar"]
HEALTHCHECK --interval=2s --timeout=3s --start-period=8s --retries=2 CMD wget -qO- http://localhost:8080/health

FROM at-once AS no-status
HEALTHCHECK --interval=2s --timeout=3s --start-period=30s CMD curl --silent http://127.0.0.1:8080/helth

FROM gcr.io/distroless/cc-debian13:nonroot AS no-shell
WORKDIR /app
COPY --from=runtime /runtime /opt/java
COPY --from=build /app/layers/dependencies/ ./
COPY --from=build /app/layers/application/ ./
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=1s --timeout=5s --retries=2 CMD /opt/java/bin/java -jar /app/harbour-clock.jar health
ENTRYPOINT ["/opt/java/bin/java", "-jar", "/app/harbour-clock.jar"]
