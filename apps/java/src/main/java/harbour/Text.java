package harbour;

/** Words for people, from outside words. */
final class Text {
    private Text() { }

    /** A text in double quotes, as JSON writes it: nothing in it can begin a new line or end the quotes. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(Character.isISOControl(c) ? "\\u%04x".formatted((int) c) : c);
            }
        }
        return quoted.append('"').toString();
    }

    /** The first message among a failure and its causes. Several of the JDK's have none; then the name of the failure. */
    static String reason(Throwable failure) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            if (one.getMessage() != null) {
                return one.getMessage();
            }
        }
        return failure.getClass().getSimpleName();
    }
}
