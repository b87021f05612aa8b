package harbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZonesTest {
    @ParameterizedTest
    @CsvSource({
        "Europe/Paris, 2026-01-15T12:00:00Z, 2026-01-15T13:00:00+01:00",
        "Europe/Paris, 2026-03-29T00:59:59Z, 2026-03-29T01:59:59+01:00",
        "Europe/Paris, 2026-03-29T01:00:00Z, 2026-03-29T03:00:00+02:00",
        "America/St_Johns, 2026-07-01T12:00:00Z, 2026-07-01T09:30:00-02:30",
        "America/Argentina/Buenos_Aires, 2026-07-01T14:00:00+02:00, 2026-07-01T09:00:00-03:00",
        "UTC, 2026-07-01t12:00:00.999z, 2026-07-01T12:00:00+00:00",
        "Asia/Kathmandu, 2026-07-01T12:00:00Z, 2026-07-01T17:45:00+05:45",
        "Europe/Paris, 1900-01-01T00:00:00Z, 1900-01-01T00:09:21+00:09",
    })
    void clocksShow(String zone, String at, String time) throws Exception {
        assertThat(Zones.timeIn(zone, Zones.instant(at)).time()).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Mars/Olympus", "../../etc/passwd", "+02:00", "UTC+2", "Z", "europe/paris", "SystemV/AST4"})
    void noZone(String name) {
        assertThatExceptionOfType(Zones.Unknown.class).isThrownBy(() -> Zones.timeIn(name, Zones.instant("2026-07-01T12:00:00Z")))
            .withMessage("unknown time zone \"%s\"".formatted(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "2026-07-01", "2026-07-01T12:00Z", "2026-02-30T12:00:00Z", "2026-07-01T12:00:00",
        "2026-07-01T24:00:00Z", "2026-07-01T12:00:00+02:00:30", "+2026-07-01T12:00:00Z"})
    void noInstant(String text) {
        assertThatExceptionOfType(Zones.NoInstant.class).isThrownBy(() -> Zones.instant(text));
    }

    @Test
    void theCalendarEnds() {
        assertThatExceptionOfType(Zones.NoInstant.class)
            .isThrownBy(() -> Zones.timeIn("Asia/Tokyo", Zones.instant("9999-12-31T23:59:59Z")))
            .withMessage("outside the calendar in this zone");
    }
}
