# Builds Sensei from this tree. Every service is the same image with another command.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /build
COPY . .
RUN mvn -q -B -ntp -Dmaven.test.skip=true package

FROM eclipse-temurin:25-jre
RUN useradd --system --create-home --home-dir /var/lib/sensei sensei
COPY --from=build /build/launcher/target/lib /opt/sensei/lib
USER sensei
WORKDIR /var/lib/sensei
ENV SENSEI_DATA_DIR=/var/lib/sensei
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:MaxRAMPercentage=70", "--enable-native-access=ALL-UNNAMED", "-cp", "/opt/sensei/lib/*", "dev.sensei.cli.Main"]
