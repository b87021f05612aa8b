package main

import (
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestChecksum(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	tests := map[string]struct {
		body   string
		status int
		bytes  float64
		sha256 string // the outcome of sha256sum
	}{
		"small":             {"hello", 200, 5, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
		"empty":             {"", 200, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		"largest":           {strings.Repeat("a", 1048576), 200, 1048576, "9bc1b2a288b26af7257a36277ae3816a7d4f16e89c1e7e77d0a5c48bad62b360"},
		"one byte too many": {strings.Repeat("a", 1048577), 413, 0, ""},
	}
	for label, test := range tests {
		t.Run(label, func(t *testing.T) {
			response, answer := ask(t, newService(""), "POST", "/checksum", test.body)
			if response.StatusCode != test.status {
				t.Fatalf("status %d, answer %v", response.StatusCode, answer)
			}
			if test.status == 200 && (answer["bytes"] != test.bytes || answer["sha256"] != test.sha256) {
				t.Errorf("answer %v", answer)
			}
			if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

// witness is a body that looks at the temporary folder while it is being read.
type witness struct{ open []string }

func (w *witness) Read([]byte) (int, error) {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		if target, err := os.Readlink("/proc/self/fd/" + file.Name()); err == nil && strings.HasPrefix(target, os.TempDir()) {
			w.open = append(w.open, target)
		}
	}
	return 0, errors.New("seen enough")
}

func TestChecksumGoesThroughATemporaryFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	body := &witness{}
	if _, err := spoolAndHash(body); err == nil {
		t.Fatal("an error of the body is lost")
	}
	if len(body.open) != 1 || !strings.Contains(body.open[0], "harbour-clock-") {
		t.Errorf("open in %s while the body is read: %v", os.TempDir(), body.open)
	}
}

func TestChecksumWithoutAWritablePlace(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	t.Setenv("TMPDIR", missing)
	response, answer := ask(t, newService(""), "POST", "/checksum", "hello")
	want := "no writable place for temporary files: " + missing + ": no such file or directory"
	if response.StatusCode != 507 || answer["error"] != want {
		t.Errorf("status %d, answer %v", response.StatusCode, answer)
	}
}

func TestChecksumOfABodyThatBreaksOff(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	recorder := httptest.NewRecorder()
	checksum(recorder, httptest.NewRequest("POST", "/checksum", iotest.ErrReader(errors.New("connection lost"))))
	if recorder.Code != 400 || !strings.Contains(recorder.Body.String(), "connection lost") {
		t.Errorf("status %d, answer %s", recorder.Code, recorder.Body)
	}
}
