package harbour;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Time in the zones that the JVM carries inside itself ({@code lib/tzdb.dat}); it reads no zone file of the system. */
final class Zones {
    private static final DateTimeFormatter WALL_CLOCK = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx", Locale.ROOT);
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("xxx", Locale.ROOT);
    // RFC 3339, section 5.6. OffsetDateTime alone takes more: no seconds, offsets with seconds.
    private static final Pattern RFC_3339 =
        Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)", Pattern.CASE_INSENSITIVE);
    private static final int LAST_YEAR = 9999;

    private Zones() { }

    /** One instant on the wall clock of a zone: RFC 3339 with whole seconds, offset {@code +HH:MM}. */
    record ZonedTime(String zone, String time, String utcOffset) { }

    /** The name is no zone of the database. */
    static final class Unknown extends Exception {
        private static final long serialVersionUID = 1L;

        Unknown(String name) {
            super("unknown time zone " + Text.quoted(name));
        }
    }

    /** The text is no instant, or one that the calendar does not have. */
    static final class NoInstant extends Exception {
        private static final long serialVersionUID = 1L;

        NoInstant(String message) {
            super(message);
        }
    }

    /** What the clocks of a zone show at an instant. */
    static ZonedTime timeIn(String name, Instant instant) throws Unknown, NoInstant {
        ZonedDateTime local = instant.atZone(find(name));
        if (local.getYear() < 0 || local.getYear() > LAST_YEAR) {
            throw new NoInstant("outside the calendar in this zone");
        }
        return new ZonedTime(name, local.format(WALL_CLOCK), local.format(OFFSET));
    }

    /** Reads an RFC 3339 instant. */
    static Instant instant(String text) throws NoInstant {
        try {
            if (RFC_3339.matcher(text).matches()) {
                return OffsetDateTime.parse(text.toUpperCase(Locale.ROOT)).toInstant();
            }
        } catch (DateTimeException e) {
            // A day that does not exist is no instant either.
        }
        throw new NoInstant("not an RFC 3339 instant");
    }

    /** {@code ZoneId.of} alone takes offsets too. The list has the IANA names, and some that Java made up. */
    private static ZoneId find(String name) throws Unknown {
        Set<String> names = ZoneId.getAvailableZoneIds();
        if (!names.contains(name) || name.startsWith("SystemV/")) {
            throw new Unknown(name);
        }
        return ZoneId.of(name);
    }
}
