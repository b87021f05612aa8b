FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /app
COPY pom.xml .
COPY src/main src/main
RUN --mount=type=cache,id=harbour-clock-maven,target=/root/.m2,sharing=locked \
    mvn --batch-mode --no-transfer-progress package -Dmaven.test.skip
RUN java -Djarmode=tools -jar target/harbour-clock.jar extract --layers --destination layers

FROM eclipse-temurin:25-jre
WORKDIR /app
COPY --from=build /app/layers/dependencies/ ./
COPY --from=build /app/layers/application/ ./
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "/app/harbour-clock.jar"]
