import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;

/** Copies the certificates of a PEM file into a key store without a password. */
public final class PemToStore {
    private PemToStore() { }

    /** Takes the paths of both. */
    public static void main(String... paths) throws Exception {
        // Without a password the file has no integrity check, and Java opens it without one too.
        System.setProperty("keystore.pkcs12.macAlgorithm", "NONE");
        System.setProperty("keystore.pkcs12.certProtectionAlgorithm", "NONE");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(Path.of(paths[0]))) {
            int number = 0;
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry(Integer.toString(number++), one);
            }
        }
        try (OutputStream file = Files.newOutputStream(Path.of(paths[1]))) {
            store.store(file, null);
        }
    }
}
