package main

import "testing"

// environment stands in for os.Getenv.
type environment map[string]string

func (e environment) get(key string) string { return e[key] }

func TestConfigFromEnvironment(t *testing.T) {
	tests := map[string]struct {
		env                       environment
		network, address, probing string
	}{
		"defaults":         {environment{}, "tcp4", "0.0.0.0:8080", "http://127.0.0.1:8080/health"},
		"empty is not set": {environment{"PORT": "", "BIND": ""}, "tcp4", "0.0.0.0:8080", "http://127.0.0.1:8080/health"},
		"lowest port":      {environment{"PORT": "1"}, "tcp4", "0.0.0.0:1", "http://127.0.0.1:1/health"},
		"highest port":     {environment{"PORT": "65535"}, "tcp4", "0.0.0.0:65535", "http://127.0.0.1:65535/health"},
		"one address":      {environment{"BIND": "10.1.2.3"}, "tcp4", "10.1.2.3:8080", "http://10.1.2.3:8080/health"},
		"every address":    {environment{"BIND": "::"}, "tcp", "[::]:8080", "http://[::1]:8080/health"},
		"link-local":       {environment{"BIND": "fe80::1%eth0"}, "tcp", "[fe80::1%eth0]:8080", "http://[fe80::1%25eth0]:8080/health"},
	}
	for label, test := range tests {
		t.Run(label, func(t *testing.T) {
			cfg, err := loadConfig(test.env.get)
			if err != nil {
				t.Fatal(err)
			}
			if got := cfg.network(); got != test.network {
				t.Errorf("network %q, want %q", got, test.network)
			}
			if got := cfg.address(); got != test.address {
				t.Errorf("address %q, want %q", got, test.address)
			}
			if got := cfg.probeURL(); got != test.probing {
				t.Errorf("probe %q, want %q", got, test.probing)
			}
		})
	}
}

func TestBadEnvironment(t *testing.T) {
	tests := []struct{ key, value, want string }{
		{"PORT", "abc", `PORT must be a number from 1 to 65535, got "abc"`},
		{"PORT", "0", `PORT must be a number from 1 to 65535, got "0"`},
		{"PORT", "65536", `PORT must be a number from 1 to 65535, got "65536"`},
		{"PORT", "-1", `PORT must be a number from 1 to 65535, got "-1"`},
		{"PORT", " 80", `PORT must be a number from 1 to 65535, got " 80"`},
		{"BIND", "localhost", `BIND must be an IP address, got "localhost"`},
		{"BIND", "0.0.0.0:80", `BIND must be an IP address, got "0.0.0.0:80"`},
		{"PEER_URL", "http://peer.example/", `PEER_URL must be an https URL, got "http://peer.example/"`},
		{"PEER_URL", "https://", `PEER_URL must be an https URL, got "https://"`},
		{"PEER_URL", "https://a b/", `PEER_URL must be an https URL, got "https://a b/"`},
	}
	for _, test := range tests {
		t.Run(test.key+"="+test.value, func(t *testing.T) {
			_, err := loadConfig(environment{test.key: test.value}.get)
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
