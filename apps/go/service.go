package main

import (
	"log"
	"math"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
)

// service holds what the handlers share.
type service struct {
	startedAt time.Time
	peerURL   string
	peers     *http.Client
}

func newService(peerURL string) *service {
	return &service{startedAt: time.Now(), peerURL: peerURL, peers: newPeerClient()}
}

// routes is the service as one handler that writes a line to journal for every request it answers.
func (s *service) routes(journal *log.Logger) http.Handler {
	router := chi.NewRouter()
	router.Use(logRequests(journal))
	router.NotFound(notFound)
	router.MethodNotAllowed(methodNotAllowed)

	// chi's middleware package would answer HEAD with one line, and bring pprof and expvar with it: 0.7 MB.
	get := func(pattern string, handler http.HandlerFunc) {
		router.Get(pattern, handler)
		router.Head(pattern, handler)
	}
	get("/", s.identity)
	get("/health", health)
	get("/time/*", zoneTime)
	get("/roots", countRoots)
	get("/peer", s.peer)
	router.Post("/checksum", checksum)
	return router
}

func health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		Status string `json:"status"`
	}{"ok"})
}

type identity struct {
	Service       string    `json:"service"`
	Language      string    `json:"language"`
	Runtime       string    `json:"runtime"`
	Version       string    `json:"version"`
	Revision      string    `json:"revision"`
	StartedAt     time.Time `json:"started_at"`
	UptimeSeconds float64   `json:"uptime_seconds"` // to the millisecond
}

func (s *service) identity(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, identity{
		Service:       name,
		Language:      "go",
		Runtime:       runtime.Version(),
		Version:       version,
		Revision:      revision,
		StartedAt:     s.startedAt.UTC(),
		UptimeSeconds: math.Round(time.Since(s.startedAt).Seconds()*1000) / 1000,
	})
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	writeError(w, http.StatusNotFound, "not found")
}

// methodNotAllowed lists what is allowed, as RFC 9110 section 15.5.6 demands. chi fills in the Allow header only in
// its own handler, whose body is empty, so the router is asked method by method.
func methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	path := r.URL.RawPath // set only where it differs from Path; chi routes by the same rule
	if path == "" {
		path = r.URL.Path
	}
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		if chi.RouteContext(r.Context()).Routes.Match(chi.NewRouteContext(), method, path) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 { // chi also comes here for a method it has never heard of, whatever the path
		notFound(w, r)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	writeError(w, http.StatusMethodNotAllowed, "method not allowed")
}
