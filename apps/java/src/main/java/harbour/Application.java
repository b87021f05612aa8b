package harbour;

import java.io.File;
import java.net.InetAddress;
import org.apache.catalina.Context;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** What Spring puts together. No scan for components: what there is, stands here. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = ErrorMvcAutoConfiguration.class)
@Import({Clock.class, Errors.class})
public class Application {
    /** Where to listen, and how Tomcat gets along on a read-only file system. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> tomcat(Settings settings) {
        return factory -> {
            factory.setPort(settings.port());
            factory.setAddress(InetAddress.ofLiteral(settings.bind()));
            // Tomcat would make folders in /tmp, and would not start where it cannot. It keeps no files and serves none.
            File here = new File("").getAbsoluteFile();
            factory.setBaseDirectory(here);
            factory.setDocumentRoot(here);
            factory.addEngineValves(new RequestLog());
            // A slash inside one part of a path stays part of it, instead of an error page of Tomcat's own.
            factory.addConnectorCustomizers(connector -> connector.setEncodedSolidusHandling("passthrough"));
            factory.addContextCustomizers(Application::answerErrorsAsJson);
        };
    }

    private static void answerErrorsAsJson(Context context) {
        ((StandardHost) context.getParent()).setErrorReportValveClass(ErrorReport.class.getName());
    }
}
