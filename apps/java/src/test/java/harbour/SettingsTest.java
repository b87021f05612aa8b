package harbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @Test
    void defaultsAndEmptyValuesAreTheSame() throws Settings.Unusable {
        Settings expected = new Settings(8080, "0.0.0.0", Optional.empty(), Path.of("/tmp"));
        assertThat(Settings.of(Map.of())).isEqualTo(expected);
        assertThat(Settings.of(Map.of("PORT", "", "BIND", "", "PEER_URL", "", "TMPDIR", ""))).isEqualTo(expected);
    }

    @Test
    void valuesAreTakenOver() throws Settings.Unusable {
        Settings settings =
            Settings.of(Map.of("PORT", "65535", "BIND", "::1", "PEER_URL", "https://[::1]:9/x", "TMPDIR", "/spool"));
        URI peer = URI.create("https://[::1]:9/x");
        assertThat(settings).isEqualTo(new Settings(65535, "::1", Optional.of(peer), Path.of("/spool")));
        assertThat(settings.listening()).isEqualTo("[::1]:65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "0", "65536", "-1", " 80", "8_0", "８０", "99999999999"})
    void aPortIsANumberInRange(String value) {
        refused("PORT", value, "PORT must be a number from 1 to 65535, got \"%s\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "1.2.3.4.5", "0.0.0.0:80", "pier 1"})
    void bindIsAnAddress(String value) {
        refused("BIND", value, "BIND must be an IP address, got \"%s\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a/", "https://", "a", "https://[::1/", "https://a:x/", "https://a:0/", "https://a/ b"})
    void aPeerIsAnHttpsUrl(String value) {
        refused("PEER_URL", value, "PEER_URL must be an https URL, got \"%s\"");
    }

    @Test
    void aBadValueCannotStartANewLine() {
        assertThatExceptionOfType(Settings.Unusable.class).isThrownBy(() -> Settings.of(Map.of("BIND", "a\nb\"\u0007")))
            .withMessage("BIND must be an IP address, got \"a\\nb\\\"\\u0007\"");
    }

    private static void refused(String name, String value, String message) {
        assertThatExceptionOfType(Settings.Unusable.class).isThrownBy(() -> Settings.of(Map.of(name, value)))
            .withMessage(message.formatted(value));
    }
}
