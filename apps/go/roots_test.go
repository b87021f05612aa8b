package main

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
)

// TestRootsAreThoseOfTheRuntime holds this program's list of places against the one inside crypto/x509.
func TestRootsAreThoseOfTheRuntime(t *testing.T) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 deprecated for systems that keep their roots out of the pool; Linux has them in it
	want := len(pool.Subjects())
	if want == 0 {
		t.Fatal("this machine trusts no certificate authority, so there is nothing to compare (package ca-certificates)")
	}
	if got := findRoots(os.Getenv); got.Count != want || got.Source == nil {
		t.Errorf("found %d roots, crypto/x509 has %d", got.Count, want)
	}
}

func TestRootsFromTheEnvironment(t *testing.T) {
	bundle := firstCertificate(t)
	folder, empty := t.TempDir(), t.TempDir()
	file := filepath.Join(folder, "harbour.pem")
	if err := os.WriteFile(file, append(bundle, bundle...), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "README"), []byte("no certificate"), 0o644); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(empty, "none.pem")

	tests := map[string]struct {
		file, folders string
		count         int
		source        string // "" for null
	}{
		"a file":                    {file, empty, 1, file},
		"a folder":                  {missing, folder, 1, folder},
		"the second of two folders": {missing, empty + ":" + folder, 1, folder},
		"the same one twice":        {file, folder, 1, file},
		"none":                      {missing, empty, 0, ""},
		"no such folder":            {missing, missing, 0, ""},
	}
	for label, test := range tests {
		t.Run(label, func(t *testing.T) {
			got := findRoots(environment{"SSL_CERT_FILE": test.file, "SSL_CERT_DIR": test.folders}.get)
			source := ""
			if got.Source != nil {
				source = *got.Source
			}
			if got.Count != test.count || source != test.source {
				t.Errorf("%d roots from %q, want %d from %q", got.Count, source, test.count, test.source)
			}
		})
	}
}
