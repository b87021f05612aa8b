package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestCommandLine(t *testing.T) {
	tests := map[string]struct {
		args   []string
		env    environment
		status int
		stderr string
	}{
		"unknown word":    {[]string{"sail"}, environment{}, 2, "usage: harbour-clock"},
		"one word more":   {[]string{"health", "now"}, environment{}, 2, "usage: harbour-clock"},
		"bad value":       {nil, environment{"PORT": "abc"}, 2, "harbour-clock: PORT must be a number from 1 to 65535, got \"abc\"\n"},
		"foreign address": {nil, environment{"BIND": "192.0.2.1"}, 1, "harbour-clock: listen tcp4 192.0.2.1:8080"},
	}
	for label, test := range tests {
		t.Run(label, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if status := run(t.Context(), test.args, test.env.get, &stdout, &stderr); status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			message := stderr.String()
			if !strings.HasPrefix(message, test.stderr) || strings.Count(message, "\n") != 1 || stdout.Len() > 0 {
				t.Errorf("stderr %q, stdout %q", message, stdout.String())
			}
		})
	}
}

func TestHealthCommand(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		status  int
		stderr  string
	}{
		"healthy": {health, 0, ""},
		"sick":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 1, "answered 500"},
		"slow":    {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 1, "deadline exceeded"},
	}
	for label, test := range tests {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(test.handler)
			defer server.Close()
			at, err := url.Parse(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			var stdout, stderr strings.Builder
			env := environment{"PORT": at.Port(), "BIND": at.Hostname()}
			if status := run(t.Context(), []string{"health"}, env.get, &stdout, &stderr); status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			if !strings.Contains(stderr.String(), test.stderr) || strings.Count(stderr.String(), "\n") != test.status || stdout.Len() > 0 {
				t.Errorf("stderr %q, stdout %q", stderr.String(), stdout.String())
			}
		})
	}
}

// running is a service that has been told to listen; stop tells it to end, and ended gets what serve returned.
type running struct {
	address string
	stop    context.CancelFunc
	ended   chan error
}

func start(t *testing.T, handler http.HandlerFunc) running {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener, handler) }()
	return running{listener.Addr().String(), stop, ended}
}

// mustEnd fails the test unless the service ends without an error within limit.
func (r running) mustEnd(t *testing.T, limit time.Duration) {
	t.Helper()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("serve: %v", err)
		}
	case <-time.After(limit):
		t.Fatalf("still running after %v", limit)
	}
}

func TestStopFinishesTheRequestInFlight(t *testing.T) {
	t.Parallel()
	arrived, proceed := make(chan struct{}), make(chan struct{})
	service := start(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-proceed
		health(w, r)
	})
	outcome := make(chan error, 1)
	go func() {
		response, err := http.Get("http://" + service.address)
		if err == nil {
			response.Body.Close()
			if response.StatusCode != 200 {
				err = fmt.Errorf("status %s", response.Status)
			}
		}
		outcome <- err
	}()
	<-arrived
	service.stop()
	for { // until nobody new is let in
		connection, err := net.Dial("tcp4", service.address)
		if err != nil {
			break
		}
		connection.Close()
		time.Sleep(time.Millisecond)
	}
	close(proceed)
	if err := <-outcome; err != nil {
		t.Errorf("the request in flight: %v", err)
	}
	service.mustEnd(t, time.Second)
}

func TestStopDespiteAnIdleConnection(t *testing.T) {
	t.Parallel()
	service := start(t, health)
	connection := dial(t, service, "GET /health HTTP/1.1\r\nHost: harbour\r\n\r\n")
	if _, err := http.ReadResponse(bufio.NewReader(connection), nil); err != nil {
		t.Fatal(err)
	}
	service.stop()
	service.mustEnd(t, time.Second)
}

func TestStopDespiteAClientThatStalls(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	service := start(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		_, _ = io.Copy(io.Discard, r.Body)
	})
	dial(t, service, "POST /checksum HTTP/1.1\r\nHost: harbour\r\nContent-Length: 5\r\n\r\nhel")
	<-arrived
	service.stop()
	service.mustEnd(t, 5*time.Second)
}

// dial opens a connection that stays open until the test ends, and says something on it.
func dial(t *testing.T, service running, words string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp4", service.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if _, err := io.WriteString(connection, words); err != nil {
		t.Fatal(err)
	}
	return connection
}
