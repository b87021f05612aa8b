package harbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** A peer with a certificate of its own, made here: none is in the repository. */
class TrustTest {
    private static final char[] PASSWORD = "password".toCharArray();
    @TempDir
    private Path folder;
    private HttpsServer peer;
    private KeyStore keys;

    @BeforeEach
    void startPeer() throws Exception {
        Path store = folder.resolve("peer.p12");
        String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        int status = new ProcessBuilder(keytool, "-genkeypair", "-alias", "peer", "-dname", "CN=peer", "-keyalg", "EC", "-ext",
            "SAN=IP:127.0.0.1", "-keystore", store.toString(), "-storepass", new String(PASSWORD)).start().waitFor();
        assertThat(status).isZero();
        keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store)) {
            keys.load(file, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        peer = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        peer.setHttpsConfigurator(new HttpsConfigurator(context));
        peer.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        peer.start();
    }

    @AfterEach
    void stopPeer() {
        peer.stop(0);
    }

    @Test
    void aPeerNobodyVouchesFor() {
        assertThatExceptionOfType(SSLHandshakeException.class).isThrownBy(() -> ask(new Trust(Optional.empty())))
            .withMessageContaining("PKIX path building failed");
    }

    @Test
    void aTrustedPeer() throws Exception {
        String pem = "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(keys.getCertificate("peer").getEncoded()));
        SslBundle bundle = SslBundle.of(new PemSslStoreBundle(null, PemSslStoreDetails.forCertificate(pem)));
        Trust trust = new Trust(Optional.of(bundle));
        assertThat(ask(trust)).isEqualTo(204);
        assertThat(trust.roots().count()).isEqualTo(1);
    }

    private int ask(Trust trust) throws Exception {
        URI uri = URI.create("https://127.0.0.1:%d/tide".formatted(peer.getAddress().getPort()));
        return Peer.ask(uri, trust.context());
    }
}
