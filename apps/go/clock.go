package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

// isZoneName says whether name could be in the IANA time zone database. It keeps two things away from
// time.LoadLocation: paths out of the zone folder, and the other files in it ("posixrules", "zone.tab", "right/…").
func isZoneName(name string) bool {
	return fs.ValidPath(name) && name[0] >= 'A' && name[0] <= 'Z' && !strings.Contains(name, ".") && name != "Local"
}

type zonedTime struct {
	Zone      string `json:"zone"`
	Time      string `json:"time"`       // RFC 3339, whole seconds, always with a numeric offset
	UTCOffset string `json:"utc_offset"` // +HH:MM or -HH:MM
}

// inZone is the instant at on the clocks of zone.
func inZone(at time.Time, zone *time.Location) zonedTime {
	local := at.In(zone)
	return zonedTime{
		Zone:      zone.String(),
		Time:      local.Format("2006-01-02T15:04:05-07:00"), // time.RFC3339 would write Z for UTC
		UTCOffset: local.Format("-07:00"),
	}
}

// loadZone finds a zone by its IANA name. Go looks in $ZONEINFO, in the system's zone folder and, where the program
// was built with -tags timetzdata, in the program itself.
func loadZone(zone string) (*time.Location, error) {
	if isZoneName(zone) {
		if location, err := time.LoadLocation(zone); err == nil {
			return location, nil
		}
		// Every edition of the database has Etc/UTC. ("UTC" alone is built into package time.)
		if _, err := time.LoadLocation("Etc/UTC"); err != nil {
			return nil, fmt.Errorf("unknown time zone %q: no zone data in this image", zone)
		}
	}
	return nil, fmt.Errorf("unknown time zone %q", zone)
}

// zoneTime answers GET /time/{zone}?at={instant}; without at it tells what time it is now.
func zoneTime(w http.ResponseWriter, r *http.Request) {
	zone, err := loadZone(strings.TrimPrefix(r.URL.Path, "/time/"))
	if err != nil {
		writeError(w, http.StatusNotFound, err.Error())
		return
	}
	at := time.Now()
	if query := r.URL.Query(); query.Has("at") {
		if at, err = time.Parse(time.RFC3339, query.Get("at")); err != nil {
			writeError(w, http.StatusBadRequest, fmt.Sprintf("at must be an RFC 3339 instant, got %q", query.Get("at")))
			return
		}
	}
	writeJSON(w, http.StatusOK, inZone(at, zone))
}
