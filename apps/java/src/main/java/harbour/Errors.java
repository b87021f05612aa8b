package harbour;

import java.io.IOException;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ResponseStatusException;

/** Every error as JSON: {@code {"error": "…"}} with the status that fits. */
@RestControllerAdvice
public class Errors {
    /** Whatever a handler, or Spring before it, refuses or fails with. */
    @ExceptionHandler
    ResponseEntity<Map<String, String>> error(Exception failure) {
        if (failure instanceof ErrorResponse refused) {
            return answer(refused.getStatusCode(), refused.getHeaders(), words(refused));
        }
        if (failure instanceof IOException) {
            // The client left in the middle. Nobody reads this answer, but the log gets a status, and no trace.
            return answer(HttpStatus.BAD_REQUEST, HttpHeaders.EMPTY, "the client left before its request was complete");
        }
        // The trace goes to standard error, never to the client.
        LoggerFactory.getLogger(Errors.class).error("internal error", failure);
        return answer(HttpStatus.INTERNAL_SERVER_ERROR, HttpHeaders.EMPTY, "internal error");
    }

    private static ResponseEntity<Map<String, String>> answer(HttpStatusCode status, HttpHeaders headers, String error) {
        return ResponseEntity.status(status).headers(headers).body(Map.of("error", error));
    }

    /** The contract has its own words for what the router refuses; ours come as {@link ResponseStatusException}. */
    private static String words(ErrorResponse refused) {
        String detail = refused.getBody().getDetail();
        if (refused instanceof ResponseStatusException && detail != null) {
            return detail;
        }
        return switch (refused.getStatusCode().value()) {
            case 404 -> "not found";
            case 405 -> "method not allowed";
            default -> detail == null ? "bad request" : detail;
        };
    }
}
