// A second service of the harbour: the next high water. It is here to share a base with the first one.
package main

import (
	"fmt"
	"net/http"
	"time"
)

const halfDay = 12*time.Hour + 25*time.Minute

func main() {
	http.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"status":"ok"}`)
	})
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "next high water:", time.Now().Truncate(halfDay).Add(halfDay).UTC())
	})
	panic(http.ListenAndServe(":8080", nil))
}
