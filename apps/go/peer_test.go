package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// tlsPeer is a peer with a certificate that nobody but its own client trusts. It answers with a redirect.
func tlsPeer(t *testing.T) *httptest.Server {
	t.Helper()
	peer := httptest.NewTLSServer(http.RedirectHandler("https://elsewhere.invalid/", http.StatusFound))
	t.Cleanup(peer.Close)
	return peer
}

// firstCertificate is one certificate in PEM.
func firstCertificate(t *testing.T) []byte {
	t.Helper()
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tlsPeer(t).Certificate().Raw})
}

func TestPeerAnswers(t *testing.T) {
	peer := tlsPeer(t)
	service := newService(peer.URL)
	service.peers.Transport = peer.Client().Transport
	response, answer := ask(t, service, "GET", "/peer", "")
	if response.StatusCode != 200 || answer["peer"] != peer.URL || answer["status"] != 302.0 {
		t.Errorf("status %d, answer %v; a redirect must be reported, not followed", response.StatusCode, answer)
	}
}

func TestPeerErrorsAreTheRuntimesOwn(t *testing.T) {
	closed := tlsPeer(t)
	closed.Close()
	tests := map[string]struct{ url, want string }{
		"unknown authority": {tlsPeer(t).URL, "x509: certificate signed by unknown authority"},
		"nobody listens":    {closed.URL, "connect: connection refused"},
	}
	for label, test := range tests {
		t.Run(label, func(t *testing.T) {
			response, answer := ask(t, newService(test.url), "GET", "/peer", "")
			if message, _ := answer["error"].(string); response.StatusCode != 502 || !strings.Contains(message, test.want) {
				t.Errorf("status %d, answer %v", response.StatusCode, answer)
			}
		})
	}
}
