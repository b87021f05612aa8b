package main

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// Where crypto/x509 looks for certificate authorities on Linux (src/crypto/x509/root_linux.go): the first of the
// files that can be read, and every file in every one of the folders. The package tells neither the number of roots
// it found nor where, so the same places are read again here; a test compares the outcome with the package's own.
var (
	rootFiles = []string{
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/cacert.pem",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/cert.pem",
	}
	rootFolders = []string{"/etc/ssl/certs", "/etc/pki/tls/certs"}
)

type roots struct {
	Count  int     `json:"count"`  // certificates, each counted once however many files hold it
	Source *string `json:"source"` // the first file or folder that held any; null when none did
}

// countRoots answers GET /roots.
func countRoots(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, findRoots(os.Getenv))
}

// findRoots counts the certificate authorities that Go's TLS client would trust. SSL_CERT_FILE takes the place of
// the list of files, SSL_CERT_DIR (separated by colons) that of the list of folders.
func findRoots(getenv func(string) string) roots {
	files, folders := rootFiles, rootFolders
	if file := getenv("SSL_CERT_FILE"); file != "" {
		files = []string{file}
	}
	if list := getenv("SSL_CERT_DIR"); list != "" {
		folders = strings.Split(list, ":")
	}

	var found roots
	known := make(map[[sha256.Size]byte]bool)
	add := func(source string, bundle []byte) {
		for fingerprint := range fingerprints(bundle) {
			known[fingerprint] = true
		}
		if found.Source == nil && len(known) > 0 {
			found.Source = &source
		}
	}
	for _, file := range files {
		if bundle, err := os.ReadFile(file); err == nil {
			add(file, bundle)
			break
		}
	}
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if bundle, err := os.ReadFile(filepath.Join(folder, entry.Name())); err == nil {
				add(folder, bundle)
			}
		}
	}
	found.Count = len(known)
	return found
}

// fingerprints yields the SHA-256 of every certificate in a PEM bundle that crypto/x509 accepts.
func fingerprints(bundle []byte) iter.Seq[[sha256.Size]byte] {
	return func(yield func([sha256.Size]byte) bool) {
		for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
			if block.Type != "CERTIFICATE" || len(block.Headers) > 0 {
				continue
			}
			if _, err := x509.ParseCertificate(block.Bytes); err != nil {
				continue
			}
			if !yield(sha256.Sum256(block.Bytes)) {
				return
			}
		}
	}
}
