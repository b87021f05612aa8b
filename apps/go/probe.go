package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// probeHealth asks a running service how it is, for a HEALTHCHECK in an image that has neither shell nor curl.
// It returns nil only for a 200 within 2 s.
func probeHealth(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// A bare transport, because the default one would ask HTTP_PROXY for an address inside this container.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, response.Status)
	}
	return nil
}
