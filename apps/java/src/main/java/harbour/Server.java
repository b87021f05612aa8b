package harbour;

import java.net.BindException;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;

/** The server process: how it starts, and how it leaves when it is told to. */
final class Server {
    private Server() { }

    /**
     * Starts to serve and returns; the threads of the server keep the process alive until SIGTERM or SIGINT.
     *
     * @throws Main.Failure if it cannot start
     */
    static void serve(Settings settings) throws Main.Failure {
        var serving = new AtomicReference<ConfigurableApplicationContext>();
        // The JVM ends with status 143 after SIGTERM. Stopped as told is a success, so our own hook closes Spring and
        // says 0. Without anything to close, it ends a service that is still starting.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            ConfigurableApplicationContext context = serving.get();
            if (context != null) {
                context.close();
            }
            Runtime.getRuntime().halt(0);
        }));
        try {
            serving.set(new SpringApplicationBuilder(Application.class)
                .registerShutdownHook(false)
                .initializers(context -> context.getBeanFactory().registerSingleton("settings", settings))
                .run());
        } catch (RuntimeException e) {
            throw new Main.Failure(whyNot(e, settings));
        }
        RequestLog.write("message", "listening", "address", settings.listening());
    }

    /** Spring wraps what happened in what it was about to do; the innermost cause says it. */
    private static String whyNot(Throwable failure, Settings settings) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case PortInUseException _ -> "cannot listen on %s: Address already in use".formatted(settings.listening());
            case BindException _ -> "cannot listen on %s: %s".formatted(settings.listening(), cause.getMessage());
            default -> "cannot start: " + cause;
        };
    }
}
