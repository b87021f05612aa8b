// Harbour-clock is a small HTTP service that tells the time in any zone. It is written to be packed into an image:
// everything it needs from its surroundings it takes from the environment, and what is missing there it says.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	name    = "harbour-clock"
	version = "1.0.0"
	usage   = "usage: harbour-clock [health]"
)

// revision is the commit this binary was built from. The linker sets it: go build -ldflags "-X main.revision=…".
var revision = "unknown"

// Exit statuses of the command.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	// A handler for SIGTERM is not optional in a container: the kernel ignores signals to PID 1 that have none.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the whole command without its globals, so that tests can call it. It returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	probe := len(args) == 1 && args[0] == "health"
	if len(args) > 0 && !probe {
		fmt.Fprintln(stderr, usage)
		return exitUsage
	}
	cfg, err := loadConfig(getenv)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return exitUsage
	}
	if probe {
		err = probeHealth(ctx, cfg.probeURL())
	} else {
		err = listenAndServe(ctx, cfg, log.New(stdout, "", 0))
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return exitFailure
	}
	return exitOK
}

func listenAndServe(ctx context.Context, cfg config, journal *log.Logger) error {
	listener, err := net.Listen(cfg.network(), cfg.address())
	if err != nil {
		return err
	}
	writeLine(journal, started{Time: time.Now().UTC(), Message: "listening", Address: listener.Addr().String()})
	return serve(ctx, listener, newService(cfg.peerURL).routes(journal))
}

// gracePeriod is how long requests in flight may take to finish once the service was told to stop. With it the
// process is gone within 5 s, well before the 10 s after which Docker kills a container that does not stop.
const gracePeriod = 4 * time.Second

// serve answers requests until ctx is cancelled, then lets requests in flight finish. A client that stalls for longer
// than the grace period is cut off; that is a clean stop too.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), gracePeriod)
	defer cancel()
	err := server.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		return server.Close()
	}
	return err
}
