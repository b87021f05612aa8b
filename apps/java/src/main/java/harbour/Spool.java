package harbour;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;

/** Checksums of uploads, by way of a temporary file as upload handlers do it. */
final class Spool {
    /** Largest body, in bytes (1 MiB). */
    static final int MAX_BYTES = 1024 * 1024;
    private static final int BLOCK = 64 * 1024;

    private Spool() { }

    /** Length in bytes and SHA-256 in hexadecimal. */
    record Checksum(long bytes, String sha256) { }

    /** The upload has more than {@link #MAX_BYTES} bytes. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1L;

        TooLarge() {
            super("the body has more than %d bytes".formatted(MAX_BYTES));
        }
    }

    /** The temporary file cannot be created or written; the message names the directory and why. */
    static final class NoPlace extends Exception {
        private static final long serialVersionUID = 1L;

        NoPlace(Path directory, IOException cause) {
            super("no writable place for temporary files: %s: %s".formatted(directory, why(cause)), cause);
        }

        private static String why(IOException cause) {
            if (cause instanceof FileSystemException file && file.getReason() != null) {
                return file.getReason();
            }
            return cause instanceof NoSuchFileException ? "No such file or directory" : Text.reason(cause);
        }
    }

    /**
     * Writes a body to a temporary file in a directory and hashes what the file then holds.
     *
     * @throws TooLarge as soon as the body has too many bytes
     * @throws NoPlace if the directory takes no file, or the file not all bytes
     * @throws IOException if the body ends too early
     */
    static Checksum checksum(InputStream body, Path directory) throws IOException, TooLarge, NoPlace {
        try (FileChannel file = open(directory)) {
            long size = 0;
            byte[] block = new byte[BLOCK];
            for (int read = body.read(block); read >= 0; read = body.read(block)) {
                size += read;
                if (size > MAX_BYTES) {
                    throw new TooLarge();
                }
                write(file, ByteBuffer.wrap(block, 0, read), directory);
            }
            return new Checksum(size, hash(file));
        }
    }

    /** A new file that loses its name at once: the kernel removes it with its last handle, whatever becomes of us. */
    private static FileChannel open(Path directory) throws NoPlace {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE,
                             StandardOpenOption.DELETE_ON_CLOSE);
        var ours = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            return FileChannel.open(directory.resolve("harbour-clock-" + UUID.randomUUID()), options, ours);
        } catch (IOException e) {
            throw new NoPlace(directory, e);
        }
    }

    private static void write(FileChannel file, ByteBuffer bytes, Path directory) throws NoPlace {
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new NoPlace(directory, e);
        }
    }

    private static String hash(FileChannel file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            file.position(0);
            while (file.read(block) >= 0) {
                digest.update(block.flip());
                block.clear();
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
