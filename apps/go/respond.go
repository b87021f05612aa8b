package main

import (
	"encoding/json"
	"log"
	"net/http"
	"time"
)

// writeJSON answers with value as JSON. A failed write means that the client is gone: there is nobody left to tell.
func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // no browser reads this as HTML, and &lt; would make error texts hard to read
	_ = encoder.Encode(value)
}

func writeError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, struct {
		Error string `json:"error"`
	}{message})
}

// started is the first line of the log.
type started struct {
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
	Address string    `json:"address"`
}

// answered is the line of the log that every request leaves.
type answered struct {
	Time       time.Time `json:"time"` // when the request arrived
	Method     string    `json:"method"`
	Path       string    `json:"path"` // decoded, without the query
	Status     int       `json:"status"`
	DurationMS float64   `json:"duration_ms"`
}

// writeLine logs value as one line of JSON. The logger keeps lines of concurrent requests apart.
func writeLine(journal *log.Logger, value any) {
	line, err := json.Marshal(value)
	if err != nil {
		panic(err) // only a type that has no JSON form gets here, which is a mistake in this program
	}
	journal.Print(string(line))
}

func logRequests(journal *log.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrived := time.Now()
			answer := &statusRecorder{ResponseWriter: w}
			next.ServeHTTP(answer, r)
			writeLine(journal, answered{
				Time:       arrived.UTC(),
				Method:     r.Method,
				Path:       r.URL.Path,
				Status:     answer.status,
				DurationMS: float64(time.Since(arrived).Microseconds()) / 1000,
			})
		})
	}
}

// statusRecorder remembers which status a handler sent. Every handler here sends one explicitly, through writeJSON.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (w *statusRecorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
