package harbour;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/** The https client. It is a class of its own, loaded by the first request that needs it. */
final class Peer {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Peer() { }

    /**
     * Asks an https URL and returns the status; redirects are not followed.
     *
     * @throws IOException the TLS or connection error as the JDK reports it, or a timeout
     */
    static int ask(URI peer, SSLContext trust) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().sslContext(trust).connectTimeout(PATIENCE).build()) {
            HttpRequest request = HttpRequest.newBuilder(peer).timeout(PATIENCE).build();
            int status = client.send(request, BodyHandlers.discarding()).statusCode();
            // Closing would wait for the connection, which the peer may keep.
            client.shutdownNow();
            return status;
        }
    }
}
