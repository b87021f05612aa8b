package harbour;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The HTTP interface: what each path answers. */
@RestController
public class Clock {
    private static final double NANOSECONDS = 1e9;

    private final Settings settings;
    private final Trust trust;
    private final String version;
    private final String revision;
    private final Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final long started = System.nanoTime();

    Clock(Settings settings, org.springframework.boot.ssl.SslBundles bundles,
          @Value("${harbour.version}") String version, @Value("${harbour.revision}") String revision) {
        this.settings = settings;
        this.trust = Trust.of(bundles);
        this.version = version;
        this.revision = revision;
    }

    /** Who answers. */
    record Identity(String service, String language, String runtime, String version, String revision,
                    Instant startedAt, double uptimeSeconds) { }

    /** What a peer answered. */
    record PeerAnswer(URI peer, int status) { }

    /** {@code GET /health}. */
    @GetMapping(path = "/health", produces = MediaType.APPLICATION_JSON_VALUE)
    Map<String, String> health() {
        return Map.of("status", "ok");
    }

    /** {@code GET /}. */
    @GetMapping(path = "/", produces = MediaType.APPLICATION_JSON_VALUE)
    Identity identity() {
        double uptime = Math.round((System.nanoTime() - started) / (NANOSECONDS / 1000)) / 1000.0;
        String runtime = "%s %s".formatted(System.getProperty("java.vm.name"), Runtime.version());
        return new Identity("harbour-clock", "java", runtime, version, revision, startedAt, uptime);
    }

    /** {@code GET /time/ZONE?at=INSTANT}. The name of a zone has slashes. */
    @GetMapping(path = "/time/{*zone}", produces = MediaType.APPLICATION_JSON_VALUE)
    Zones.ZonedTime time(@PathVariable String zone, @RequestParam(required = false) String at) {
        try {
            return Zones.timeIn(zone.substring(1), at == null ? Instant.now() : Zones.instant(at));
        } catch (Zones.Unknown e) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, e.getMessage(), e);
        } catch (Zones.NoInstant e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "at: " + e.getMessage(), e);
        }
    }

    /** {@code GET /roots}. */
    @GetMapping(path = "/roots", produces = MediaType.APPLICATION_JSON_VALUE)
    Trust.Roots roots() {
        return trust.roots();
    }

    /** {@code GET /peer}. */
    @GetMapping(path = "/peer", produces = MediaType.APPLICATION_JSON_VALUE)
    PeerAnswer peer() throws InterruptedException {
        URI peer = settings.peer().orElseThrow(
            () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "no peer: PEER_URL is not set"));
        try {
            return new PeerAnswer(peer, Peer.ask(peer, trust.context()));
        } catch (IOException e) {
            throw new ResponseStatusException(HttpStatus.BAD_GATEWAY, Text.reason(e), e);
        }
    }

    /** {@code POST /checksum}. The body is read here, and only here. */
    @PostMapping(path = "/checksum", produces = MediaType.APPLICATION_JSON_VALUE)
    Spool.Checksum checksum(HttpServletRequest request) throws IOException {
        try {
            // Believed only where it refuses; the bytes themselves are counted too.
            if (request.getContentLengthLong() > Spool.MAX_BYTES) {
                throw new Spool.TooLarge();
            }
            return Spool.checksum(request.getInputStream(), settings.temporary());
        } catch (Spool.TooLarge e) {
            throw new ResponseStatusException(HttpStatus.CONTENT_TOO_LARGE, e.getMessage(), e);
        } catch (Spool.NoPlace e) {
            throw new ResponseStatusException(HttpStatus.INSUFFICIENT_STORAGE, e.getMessage(), e);
        }
    }
}
