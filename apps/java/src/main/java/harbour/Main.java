package harbour;

import java.io.PrintStream;

/** The command line: without arguments the service, with {@code health} its probe. */
public final class Main {
    private static final String USAGE = "usage: harbour-clock [health]";
    private static final int FAILURE = 1;
    private static final int WRONG_USAGE = 2;

    private Main() { }

    /**
     * Serves until a signal ends the process, or probes and ends. The exit status is 0 if all is well, 1 after a
     * failure, 2 for an argument or a setting that cannot be used.
     *
     * @param arguments nothing, or {@code health}
     */
    public static void main(String... arguments) {
        boolean probe = arguments.length == 1 && "health".equals(arguments[0]);
        if (arguments.length > 0 && !probe) {
            end(WRONG_USAGE, USAGE);
        }
        try {
            Settings settings = Settings.of(System.getenv());
            // The probe runs every few seconds and must not load Spring: each branch loads only its own classes.
            if (probe) {
                Probe.ask(settings);
            } else {
                Server.serve(settings);
            }
        } catch (Settings.Unusable e) {
            end(WRONG_USAGE, "harbour-clock: " + e.getMessage());
        } catch (Failure e) {
            end(FAILURE, "harbour-clock: " + e.getMessage());
        }
    }

    /** Ends the process at once: a shutdown hook would end it with status 0, see {@link Server}. */
    private static void end(int status, String message) {
        PrintStream stderr = System.err;
        stderr.println(message);
        stderr.flush();
        Runtime.getRuntime().halt(status);
    }

    /** Something that ends the process, in one line for the operator. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }
}
