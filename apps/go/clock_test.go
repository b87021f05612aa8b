package main

import "testing"

func TestTimeInZone(t *testing.T) {
	tests := []struct{ zone, at, time, offset string }{
		{"Europe/Paris", "2026-01-15T12:00:00Z", "2026-01-15T13:00:00+01:00", "+01:00"},
		{"Europe/Paris", "2026-07-01T12:00:00Z", "2026-07-01T14:00:00+02:00", "+02:00"},
		// both sides of the two clock changes of 2026
		{"Europe/Paris", "2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00", "+01:00"},
		{"Europe/Paris", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00", "+02:00"},
		{"Europe/Paris", "2026-10-25T00:59:59Z", "2026-10-25T02:59:59+02:00", "+02:00"},
		{"Europe/Paris", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00+01:00", "+01:00"},
		{"America/St_Johns", "2026-07-01T12:00:00Z", "2026-07-01T09:30:00-02:30", "-02:30"},
		{"America/Argentina/Buenos_Aires", "2026-07-01T12:00:00Z", "2026-07-01T09:00:00-03:00", "-03:00"},
		{"UTC", "2026-07-01T12:00:00Z", "2026-07-01T12:00:00+00:00", "+00:00"},
		{"Etc/GMT%2B5", "2026-07-01T12:00:00Z", "2026-07-01T07:00:00-05:00", "-05:00"},
		// an instant may come with an offset and with fractions, which are dropped
		{"UTC", "2026-07-01T14:00:00.987%2B02:00", "2026-07-01T12:00:00+00:00", "+00:00"},
	}
	for _, test := range tests {
		t.Run(test.zone+" "+test.at, func(t *testing.T) {
			response, answer := ask(t, newService(""), "GET", "/time/"+test.zone+"?at="+test.at, "")
			if response.StatusCode != 200 || answer["time"] != test.time || answer["utc_offset"] != test.offset {
				t.Errorf("status %d, answer %v, want %s", response.StatusCode, answer, test.time)
			}
		})
	}
}

func TestUnknownZones(t *testing.T) {
	zones := []string{
		"", "Mars/Olympus", "Local", "localtime", "posixrules", "posix/Europe/Paris", "zone.tab", "tzdata.zi",
		"../../../etc/passwd", "/etc/passwd", "Europe/../Europe/Paris", "Europe//Paris", "Europe/", "Europe", "Europe/Paris\x00",
	}
	for _, zone := range zones {
		t.Run(zone, func(t *testing.T) {
			if location, err := loadZone(zone); err == nil {
				t.Errorf("%q is taken for %v", zone, location)
			}
		})
	}
}

func TestUnknownZoneIsNamed(t *testing.T) {
	response, answer := ask(t, newService(""), "GET", "/time/Mars/Olympus", "")
	if response.StatusCode != 404 || answer["error"] != `unknown time zone "Mars/Olympus"` {
		t.Errorf("status %d, answer %v", response.StatusCode, answer)
	}
}

func TestBadInstants(t *testing.T) {
	for _, at := range []string{"", "yesterday", "2026-02-30T00:00:00Z", "2026-01-15T12:00:00", "1768478400"} {
		t.Run(at, func(t *testing.T) {
			if response, answer := ask(t, newService(""), "GET", "/time/UTC?at="+at, ""); response.StatusCode != 400 {
				t.Errorf("status %d, answer %v", response.StatusCode, answer)
			}
		})
	}
}
