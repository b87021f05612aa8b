package harbour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The service with its real server, because Tomcat answers some requests before Spring sees them. */
class ClockTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    @TempDir
    private static Path spool;
    private static ConfigurableApplicationContext service;
    private static String address;

    @BeforeAll
    static void start() throws Exception {
        int port;
        try (var free = new java.net.ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Settings settings = Settings.of(Map.of("PORT", Integer.toString(port), "BIND", "127.0.0.1",
            "PEER_URL", "https://127.0.0.1:9/", "TMPDIR", spool.toString()));
        service = new SpringApplicationBuilder(Application.class)
            .initializers(context -> context.getBeanFactory().registerSingleton("settings", settings)).run();
        address = "http://127.0.0.1:" + port;
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void health() throws Exception {
        HttpResponse<String> answer = ask("GET", "/health", "");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void identity() throws Exception {
        assertThat(ask("GET", "/", "").body()).contains("\"service\":\"harbour-clock\"", "\"language\":\"java\"",
            "\"version\":\"1.0.0\"", "\"revision\":\"unknown\"", "\"started_at\":\"20", "\"uptime_seconds\":");
    }

    @Test
    void rootsComeFromTheJvm() throws Exception {
        assertThat(ask("GET", "/roots", "").body()).matches("\\{\"count\":[1-9]\\d+,\"source\":\".*/lib/security/cacerts\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GET    | /no/such/pier                | 404 | {\"error\":\"not found\"}",
        "GET    | /health/                     | 404 | {\"error\":\"not found\"}",
        "GET    | /pom.xml                     | 404 | {\"error\":\"not found\"}",
        "DELETE | /health                      | 405 | {\"error\":\"method not allowed\"}",
        "GET    | /checksum                    | 405 | {\"error\":\"method not allowed\"}",
        "GET    | /time/Mars/Olympus           | 404 | {\"error\":\"unknown time zone \\\"Mars/Olympus\\\"\"}",
        "GET    | /time/                       | 404 | {\"error\":\"unknown time zone \\\"\\\"\"}",
        "GET    | /time/..%2F..%2Fetc%2Fpasswd | 404 | {\"error\":\"unknown time zone \\\"../../etc/passwd\\\"\"}",
        "GET    | /time/UTC?at=x               | 400 | {\"error\":\"at: not an RFC 3339 instant\"}",
        "GET    | /peer                        | 502 | {\"error\":\"ConnectException\"}",
    })
    void errors(String method, String path, int status, String body) throws Exception {
        HttpResponse<String> answer = ask(method, path, "");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("allow").isPresent()).isEqualTo(status == 405);
    }

    @Test
    void aPathThatCannotBeDecoded() throws Exception {
        try (var socket = new java.net.Socket("127.0.0.1", URI.create(address).getPort())) {
            socket.getOutputStream().write("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n".getBytes("US-ASCII"));
            String answer = new String(socket.getInputStream().readAllBytes(), "US-ASCII");
            assertThat(answer).startsWith("HTTP/1.1 400").endsWith("{\"error\":\"bad request\"}");
        }
    }

    @Test
    void checksumOfAForm() throws Exception {
        HttpRequest form = HttpRequest.newBuilder(URI.create(address + "/checksum"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("hello")).build();
        assertThat(CLIENT.send(form, HttpResponse.BodyHandlers.ofString()).body()).contains("\"bytes\":5,\"sha256\":\"2cf24dba");
        assertThat(spool).isEmptyDirectory();
    }

    @Test
    void checksumOfTooMuch() throws Exception {
        HttpResponse<String> answer = ask("POST", "/checksum", "a".repeat(Spool.MAX_BYTES + 1));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).isEqualTo("{\"error\":\"the body has more than 1048576 bytes\"}");
    }

    private static HttpResponse<String> ask(String method, String path, String body)
        throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
