package harbour;

import java.util.concurrent.atomic.AtomicReference;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.WebServerException;
import org.springframework.context.ApplicationContextException;
import org.springframework.context.ConfigurableApplicationContext;

/** The server process: how it starts, and how it leaves when it is told to. */
final class Server {
    private Server() { }

    /**
     * Starts to serve and returns; the threads of the server keep the process alive until SIGTERM or SIGINT.
     *
     * @throws Main.Failure if it cannot listen
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
        } catch (ApplicationContextException | BeanCreationException | WebServerException e) {
            throw new Main.Failure("cannot listen on %s: %s".formatted(settings.listening(), whyNot(e)));
        }
        RequestLog.write("message", "listening", "address", settings.listening());
    }

    /** Tomcat's own words are in the innermost cause, except for a port that is taken, which Spring finds out. */
    private static String whyNot(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof PortInUseException ? "Address already in use" : Text.reason(cause);
    }
}
