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

FROM debian:trixie-slim
WORKDIR /app
COPY --from=runtime /runtime /opt/java
COPY --from=build /app/layers/dependencies/ ./
COPY --from=build /app/layers/application/ ./
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/opt/java/bin/java", "-jar", "/app/harbour-clock.jar"]
