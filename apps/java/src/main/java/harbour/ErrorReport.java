package harbour;

import java.io.IOException;
import java.io.Writer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.http.HttpStatus;

/** What Tomcat refuses before Spring sees it, such as a path that cannot be decoded: JSON in place of a page. */
public final class ErrorReport extends ErrorReportValve {
    private static final int FIRST_ERROR = 400;

    @Override
    protected void report(Request request, Response response, Throwable failure) {
        HttpStatus status = HttpStatus.resolve(response.getStatus());
        if (status == null || status.value() < FIRST_ERROR || response.getContentWritten() > 0) {
            return;
        }
        try {
            response.setContentType("application/json");
            Writer writer = response.getReporter();
            if (writer != null) {
                writer.write("{\"error\":%s}".formatted(Text.quoted(status.getReasonPhrase().toLowerCase())));
                response.finishResponse();
            }
        } catch (IOException | IllegalStateException e) {
            // The client is gone, or reads something else already.
            container.getLogger().debug("no report", e);
        }
    }
}
