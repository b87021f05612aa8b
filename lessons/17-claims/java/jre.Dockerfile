FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /app
COPY pom.xml .
COPY src/main src/main
RUN --mount=type=cache,id=harbour-clock-maven,target=/root/.m2,sharing=locked \
    mvn --batch-mode --no-transfer-progress package -Dmaven.test.skip

FROM eclipse-temurin:25-jre
WORKDIR /app
COPY --from=build /app/target/harbour-clock.jar ./
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "/app/harbour-clock.jar"]
