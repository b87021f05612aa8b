package harbour;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the environment says, checked once at the start. An empty variable counts as unset.
 *
 * @param port TCP port, 1 to 65535
 * @param bind IP address to listen on
 * @param peer what {@code GET /peer} asks, if the operator named it
 * @param temporary directory for uploads on their way through
 */
public record Settings(int port, String bind, Optional<URI> peer, Path temporary) {
    private static final int HIGHEST_PORT = 65_535;

    /** A variable holds a value that the service cannot use; the message is one line for the operator. */
    public static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String name, String rule, String value) {
            super("%s must be %s, got %s".formatted(name, rule, Text.quoted(value)));
        }
    }

    /**
     * Reads {@code PORT}, {@code BIND}, {@code PEER_URL} and {@code TMPDIR}.
     *
     * @param environment the process's variables
     * @return the settings, with defaults for what is not set
     * @throws Unusable for the first value that cannot be used
     */
    public static Settings of(Map<String, String> environment) throws Unusable {
        return new Settings(
            port(value(environment, "PORT").orElse("8080")),
            address(value(environment, "BIND").orElse("0.0.0.0")),
            peer(value(environment, "PEER_URL")),
            Path.of(value(environment, "TMPDIR").orElse("/tmp")));
    }

    /** The address as one word: {@code 0.0.0.0:8080} or {@code [::]:8080}. */
    String listening() {
        return (bind.contains(":") ? "[%s]:%d" : "%s:%d").formatted(bind, port);
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    private static int port(String value) throws Unusable {
        int number = value.matches("[0-9]{1,5}") ? Integer.parseInt(value) : 0;
        if (number < 1 || number > HIGHEST_PORT) {
            throw new Unusable("PORT", "a number from 1 to 65535", value);
        }
        return number;
    }

    private static String address(String value) throws Unusable {
        try {
            InetAddress.ofLiteral(value);
            return value;
        } catch (IllegalArgumentException e) {
            throw new Unusable("BIND", "an IP address", value);
        }
    }

    private static Optional<URI> peer(Optional<String> value) throws Unusable {
        if (value.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(value.get()).parseServerAuthority();
            if ("https".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null && uri.getPort() != 0) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException e) {
            // No URL at all breaks the same rule.
        }
        throw new Unusable("PEER_URL", "an https URL", value.get());
    }
}
