package harbour;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The health probe, for images that have no shell and no curl. By hand, for it starts a JVM every few seconds. */
final class Probe {
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    // A service that listens everywhere is asked on the loopback interface.
    private static final Map<String, String> REACHABLE = Map.of("0.0.0.0", "127.0.0.1", "::", "::1");
    private static final String REQUEST = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final int STATUS_LINE = 12;

    private Probe() { }

    /**
     * Asks the service on this machine for {@code /health}.
     *
     * @throws Main.Failure if the answer is not 200, or not there within two seconds
     */
    static void ask(Settings settings) throws Main.Failure {
        String bind = REACHABLE.getOrDefault(settings.bind(), settings.bind());
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(bind), settings.port());
        // A time-out of the socket would begin again with every byte; this one ends an answer that drips.
        CompletableFuture<String> asked = CompletableFuture.supplyAsync(() -> status(address));
        String found;
        try {
            found = asked.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            found = "no answer within %d s".formatted(DEADLINE.toSeconds());
        } catch (ExecutionException | InterruptedException e) {
            found = Text.reason(e);
        }
        if (!found.equals("HTTP/1.1 200")) {
            throw new Main.Failure("unhealthy: " + found);
        }
    }

    /** The beginning of the answer, up to its status; or why there is none. */
    private static String status(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            InputStream answer = socket.getInputStream();
            return new String(answer.readNBytes(STATUS_LINE), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return Text.reason(e);
        }
    }
}
