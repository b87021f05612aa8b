package harbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpoolTest {
    @TempDir
    private Path directory;

    @Test
    void hashesWhatTheFileHolds() throws Exception {
        Spool.Checksum hello = Spool.checksum(bytes("hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII)), directory);
        assertThat(hello.bytes()).isEqualTo(5);
        assertThat(hello.sha256()).isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void oneByteTooMany() throws Exception {
        assertThat(Spool.checksum(bytes(new byte[Spool.MAX_BYTES]), directory).bytes()).isEqualTo(Spool.MAX_BYTES);
        assertThatExceptionOfType(Spool.TooLarge.class)
            .isThrownBy(() -> Spool.checksum(bytes(new byte[Spool.MAX_BYTES + 1]), directory));
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({"/no/such/place, No such file or directory", "/dev/null, Not a directory", "/proc, No such file or directory"})
    void noPlace(Path nowhere, String reason) {
        assertThatExceptionOfType(Spool.NoPlace.class).isThrownBy(() -> Spool.checksum(bytes(new byte[1]), nowhere))
            .withMessage("no writable place for temporary files: %s: %s", nowhere, reason);
    }

    private static InputStream bytes(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }
}
