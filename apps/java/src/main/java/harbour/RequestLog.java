package harbour;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.StringJoiner;
import org.apache.catalina.AccessLog;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/** Logs as lines of JSON on standard output, one for each request, also for those that Tomcat itself refuses. */
final class RequestLog extends ValveBase implements AccessLog {
    private static final double MICROSECONDS = 1000.0;

    RequestLog() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws java.io.IOException, jakarta.servlet.ServletException {
        getNext().invoke(request, response);
    }

    @Override
    public void log(Request request, Response response, long nanoseconds) {
        double milliseconds = Math.round(nanoseconds / MICROSECONDS) / MICROSECONDS;
        // The query is left out: nothing in it is needed to read the log.
        write("method", request.getMethod(), "path", request.getRequestURI(),
              "status", response.getStatus(), "duration_ms", milliseconds);
    }

    /** Writes one line: the time, then names and values in turn. */
    static void write(Object... fields) {
        StringJoiner line = new StringJoiner(",", "{", "}");
        line.add("\"time\":\"%s\"".formatted(Instant.now().truncatedTo(ChronoUnit.MILLIS)));
        for (int i = 0; i < fields.length; i += 2) {
            Object value = fields[i + 1];
            line.add("\"%s\":%s".formatted(fields[i], value instanceof Number ? value : Text.quoted(String.valueOf(value))));
        }
        System.out.println(line);
    }

    @Override
    public void setRequestAttributesEnabled(boolean enabled) {
        // There is no proxy whose attributes could be believed.
    }

    @Override
    public boolean getRequestAttributesEnabled() {
        return false;
    }
}
