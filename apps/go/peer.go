package main

import (
	"net/http"
	"time"
)

// newPeerClient trusts what Go trusts by default, waits 5 s at most, and reports a redirect instead of following it.
func newPeerClient() *http.Client {
	return &http.Client{
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type peerAnswer struct {
	Peer   string `json:"peer"`
	Status int    `json:"status"`
}

// peer answers GET /peer: whether this process, from this image, can open a TLS connection to the one address that
// the operator chose. The address never comes from the request, which would let anyone scan the network from here.
func (s *service) peer(w http.ResponseWriter, r *http.Request) {
	if s.peerURL == "" {
		writeError(w, http.StatusNotFound, "no peer: PEER_URL is not set")
		return
	}
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, s.peerURL, nil)
	if err != nil {
		writeError(w, http.StatusBadGateway, err.Error())
		return
	}
	response, err := s.peers.Do(request)
	if err != nil {
		writeError(w, http.StatusBadGateway, err.Error())
		return
	}
	response.Body.Close()
	writeJSON(w, http.StatusOK, peerAnswer{Peer: s.peerURL, Status: response.StatusCode})
}
