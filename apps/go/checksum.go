package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
)

// maxUpload is the largest body that /checksum takes, in bytes (1 MiB).
const maxUpload = 1 << 20

type digest struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hexadecimal
}

// checksum answers POST /checksum. The body goes through a temporary file, as uploads do in most services; that is
// what fails in an image, or under a read-only root filesystem, that has no place for one.
func checksum(w http.ResponseWriter, r *http.Request) {
	sum, err := spoolAndHash(http.MaxBytesReader(w, r.Body, maxUpload))

	var tooLarge *http.MaxBytesError
	var disk *fs.PathError
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, sum)
	case errors.As(err, &tooLarge):
		writeError(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("body is larger than %d bytes", tooLarge.Limit))
	case errors.As(err, &disk):
		writeError(w, http.StatusInsufficientStorage,
			fmt.Sprintf("no writable place for temporary files: %s: %v", os.TempDir(), disk.Err))
	default: // what remains is the client: it went away, or sent less than it promised
		writeError(w, http.StatusBadRequest, fmt.Sprintf("cannot read the body: %v", err))
	}
}

// spoolAndHash copies body to a temporary file in $TMPDIR or /tmp, then hashes the file. An error of the file system
// is an *fs.PathError; every other error is the body's own.
func spoolAndHash(body io.Reader) (digest, error) {
	file, err := os.CreateTemp("", name+"-*")
	if err != nil {
		return digest{}, err
	}
	defer file.Close()
	// Without its name the file lives exactly as long as it is open, so that nothing is left behind, even by SIGKILL.
	if err := os.Remove(file.Name()); err != nil {
		return digest{}, err
	}
	if _, err := io.Copy(file, body); err != nil {
		return digest{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return digest{}, err
	}
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err != nil {
		return digest{}, err
	}
	return digest{Bytes: size, SHA256: hex.EncodeToString(hash.Sum(nil))}, nil
}
