package harbour;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * Whom this process trusts. The JVM reads neither {@code /etc/ssl/certs} nor {@code SSL_CERT_FILE}: it has CAs of its own
 * in {@code lib/security/cacerts}. An operator can name a PEM file in their place, by Spring's own variable for an SSL
 * bundle: {@value #VARIABLE}.
 *
 * @param bundle the bundle {@code peer}, where the operator configured it
 */
record Trust(Optional<SslBundle> bundle) {
    static final String VARIABLE = "SPRING_SSL_BUNDLE_PEM_PEER_TRUSTSTORE_CERTIFICATE";
    private static final String BUNDLE = "peer";

    /** How many CA certificates, and the file that holds them; {@code source} is null when there are none. */
    record Roots(int count, String source) { }

    static Trust of(SslBundles bundles) {
        boolean configured = bundles.getBundleNames().contains(BUNDLE);
        return new Trust(configured ? Optional.of(bundles.getBundle(BUNDLE)) : Optional.empty());
    }

    /** What an https client uses. */
    SSLContext context() {
        try {
            return bundle.isPresent() ? bundle.get().createSslContext() : SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a JVM without TLS", e);
        }
    }

    Roots roots() {
        int count = Arrays.stream(managers())
            .filter(X509TrustManager.class::isInstance)
            .mapToInt(manager -> ((X509TrustManager) manager).getAcceptedIssuers().length)
            .sum();
        return new Roots(count, count > 0 ? source() : null);
    }

    private TrustManager[] managers() {
        if (bundle.isPresent()) {
            return bundle.get().getManagers().getTrustManagers();
        }
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            return new TrustManager[0];
        }
    }

    /** The places are those of the JSSE Reference Guide, in its order. */
    private String source() {
        if (bundle.isPresent()) {
            return System.getenv(VARIABLE);
        }
        String named = System.getProperty("javax.net.ssl.trustStore");
        if (named != null) {
            return named;
        }
        Path security = Path.of(System.getProperty("java.home"), "lib", "security");
        return List.of("jssecacerts", "cacerts").stream().map(security::resolve).filter(Files::exists)
            .findFirst().map(Path::toString).orElse(null);
    }
}
