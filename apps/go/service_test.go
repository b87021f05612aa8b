package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// ask sends one request through the whole router and decodes the JSON answer.
func ask(t *testing.T, service *service, method, target, body string) (*http.Response, map[string]any) {
	t.Helper()
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest(method, target, strings.NewReader(body))
	service.routes(log.New(io.Discard, "", 0)).ServeHTTP(recorder, request)

	if got := recorder.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("%s %s: content type %q", method, target, got)
	}
	var answer map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s %s: %v in %q", method, target, err, recorder.Body)
	}
	return recorder.Result(), answer
}

func TestRouting(t *testing.T) {
	tests := []struct {
		method, target string
		status         int
		allow          string
	}{
		{"GET", "/", 200, ""},
		{"GET", "/health", 200, ""},
		{"HEAD", "/health", 200, ""},
		{"GET", "/roots", 200, ""},
		{"GET", "/peer", 404, ""},
		{"GET", "/time", 404, ""},
		{"GET", "/time/", 404, ""},
		{"GET", "/time/Europe%2FParis", 200, ""},
		{"GET", "/no/such/pier", 404, ""},
		{"DELETE", "/no/such/pier", 404, ""},
		{"MOOR", "/no/such/pier", 404, ""},
		{"MOOR", "/health", 405, "GET, HEAD"},
		{"DELETE", "/health", 405, "GET, HEAD"},
		{"POST", "/time/Europe%2FParis", 405, "GET, HEAD"},
		{"GET", "/checksum", 405, "POST"},
		{"HEAD", "/checksum", 405, "POST"},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.target, func(t *testing.T) {
			response, answer := ask(t, newService(""), test.method, test.target, "")
			if response.StatusCode != test.status {
				t.Errorf("status %d, want %d", response.StatusCode, test.status)
			}
			if got := response.Header.Get("Allow"); got != test.allow {
				t.Errorf("Allow %q, want %q", got, test.allow)
			}
			if _, isError := answer["error"]; isError != (test.status >= 400) {
				t.Errorf("answer %v with status %d", answer, response.StatusCode)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	service := newService("")
	service.startedAt = time.Now().Add(-90 * time.Second)
	_, answer := ask(t, service, "GET", "/", "")
	if answer["service"] != "harbour-clock" || answer["language"] != "go" || answer["version"] != version {
		t.Errorf("answer %v", answer)
	}
	if uptime, ok := answer["uptime_seconds"].(float64); !ok || uptime < 90 || uptime > 120 {
		t.Errorf("uptime %v, want about 90", answer["uptime_seconds"])
	}
	startedAt, ok := answer["started_at"].(string)
	if _, err := time.Parse(time.RFC3339, startedAt); !ok || err != nil || !strings.HasSuffix(startedAt, "Z") {
		t.Errorf("started_at %v is not an instant in UTC", answer["started_at"])
	}
}

func TestEveryRequestLeavesOneLineInTheLog(t *testing.T) {
	var journal strings.Builder
	routes := newService("").routes(log.New(&journal, "", 0))
	routes.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/health?verbose", nil))
	routes.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/no/such/pier", nil))

	lines := strings.Split(strings.TrimSuffix(journal.String(), "\n"), "\n")
	want := []answered{{Method: "GET", Path: "/health", Status: 200}, {Method: "GET", Path: "/no/such/pier", Status: 404}}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d: %q", len(lines), len(want), lines)
	}
	for i, line := range lines {
		var got answered
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&got); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		if got.Time.IsZero() || got.DurationMS < 0 {
			t.Errorf("line %q lacks a time or a duration", line)
		}
		got.Time, got.DurationMS = time.Time{}, 0
		if got != want[i] {
			t.Errorf("logged %+v, want %+v", got, want[i])
		}
	}
}
