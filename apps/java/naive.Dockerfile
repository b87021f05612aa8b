FROM maven:3-eclipse-temurin-25

WORKDIR /app

COPY . .

RUN mvn package -DskipTests

EXPOSE 8080

CMD ["java", "-jar", "target/harbour-clock.jar"]
