package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
)

// config is the environment, checked. An empty variable counts as one that is not set.
type config struct {
	bind    netip.Addr // where to listen; the default is every IPv4 address
	port    uint16     // 1 to 65535
	peerURL string     // the https URL that /peer asks, or "" for none
}

func loadConfig(getenv func(string) string) (config, error) {
	cfg := config{bind: netip.IPv4Unspecified(), port: 8080, peerURL: getenv("PEER_URL")}

	if text := getenv("PORT"); text != "" {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return config{}, fmt.Errorf("PORT must be a number from 1 to 65535, got %q", text)
		}
		cfg.port = uint16(port)
	}
	if text := getenv("BIND"); text != "" {
		bind, err := netip.ParseAddr(text)
		if err != nil {
			return config{}, fmt.Errorf("BIND must be an IP address, got %q", text)
		}
		cfg.bind = bind
	}
	if cfg.peerURL != "" {
		peer, err := url.Parse(cfg.peerURL)
		if err != nil || peer.Scheme != "https" || peer.Hostname() == "" {
			return config{}, fmt.Errorf("PEER_URL must be an https URL, got %q", cfg.peerURL)
		}
	}
	return cfg, nil
}

// network is what net.Listen calls the protocol. Plain "tcp" would turn 0.0.0.0 into a socket for IPv6 as well.
func (c config) network() string {
	if c.bind.Is4() {
		return "tcp4"
	}
	return "tcp"
}

func (c config) address() string {
	return c.hostPort(c.bind)
}

// probeURL is where a process in the same container reaches the service: an address that means "all of them" is
// good for listening but not for calling.
func (c config) probeURL() string {
	host := c.bind
	switch host {
	case netip.IPv4Unspecified():
		host = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case netip.IPv6Unspecified():
		host = netip.IPv6Loopback()
	}
	// url.URL escapes the zone of a link-local address (fe80::1%eth0), as RFC 6874 asks.
	target := url.URL{Scheme: "http", Host: c.hostPort(host), Path: "/health"}
	return target.String()
}

func (c config) hostPort(host netip.Addr) string {
	return net.JoinHostPort(host.String(), strconv.Itoa(int(c.port)))
}
