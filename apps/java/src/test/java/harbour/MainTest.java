package harbour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The service as a process: what only shows with real signals and exit statuses. */
class MainTest {
    /** How a process ended, and what it said. */
    record End(int status, String stdout, String stderr) { }

    @Test
    void wrongUsage() throws Exception {
        assertThat(run(Map.of(), "helth")).isEqualTo(new End(2, "", "usage: harbour-clock [health]\n"));
    }

    @Test
    void badEnvironment() throws Exception {
        String error = "harbour-clock: PORT must be a number from 1 to 65535, got \"abc\"\n";
        assertThat(run(Map.of("PORT", "abc"))).isEqualTo(new End(2, "", error));
        assertThat(run(Map.of("PORT", "abc"), "health")).isEqualTo(new End(2, "", error));
    }

    @Test
    void anAddressInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = taken.getLocalPort();
            String error = "harbour-clock: cannot listen on 0.0.0.0:%d: Address already in use\n".formatted(port);
            assertThat(run(Map.of("PORT", Integer.toString(port)))).isEqualTo(new End(1, "", error));
        }
    }

    @Test
    void theProbeReportsAClosedPort() throws Exception {
        End end = run(Map.of("PORT", Integer.toString(freePort())), "health");
        assertThat(end).isEqualTo(new End(1, "", "harbour-clock: unhealthy: Connection refused\n"));
    }

    @Test
    void theProbeDoesNotWaitForEver() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            End end = run(Map.of("PORT", Integer.toString(silent.getLocalPort())), "health");
            assertThat(end).isEqualTo(new End(1, "", "harbour-clock: unhealthy: no answer within 2 s\n"));
        }
    }

    @Test
    void aSignalEndsItWithStatusZero() throws Exception {
        Map<String, String> environment = Map.of("PORT", Integer.toString(freePort()));
        Process service = start(environment).start();
        try (Socket _ = listening(service, environment)) {
            assertThat(run(environment, "health")).isEqualTo(new End(0, "", ""));
            service.destroy();
            assertThat(service.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(service.exitValue()).isZero();
        } finally {
            service.destroyForcibly();
        }
    }

    /** Waits for the line that says so, and keeps a connection that must not hold the service. */
    private static Socket listening(Process service, Map<String, String> environment) throws IOException {
        assertThat(service.inputReader().readLine()).contains("\"message\":\"listening\"");
        return new Socket("127.0.0.1", Integer.parseInt(environment.get("PORT")));
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static ProcessBuilder start(Map<String, String> environment, String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = List.of(java, "-cp", System.getProperty("java.class.path"), "harbour.Main");
        ProcessBuilder process = new ProcessBuilder(Stream.concat(command.stream(), Stream.of(arguments)).toList());
        process.environment().putAll(environment);
        return process;
    }

    private static End run(Map<String, String> environment, String... arguments) throws Exception {
        Process process = start(environment, arguments).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new End(process.exitValue(), new String(process.getInputStream().readAllBytes()),
            new String(process.getErrorStream().readAllBytes()));
    }
}
