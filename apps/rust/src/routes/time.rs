//! `GET /time/{zone}`: the time in a zone, now or at the instant in the query.

use axum::{
    Json,
    extract::{
        Path, Query,
        rejection::{PathRejection, QueryRejection},
    },
    http::StatusCode,
};
use jiff::{
    Timestamp,
    fmt::temporal::DateTimePrinter,
    tz::{self, TimeZone},
};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// Files in a zone folder that hold rules but are not names of places: the machine's own zone and two placeholders.
const NOT_ZONES: [&str; 3] = ["localtime", "posixrules", "Factory"];

/// RFC 3339 leaves the number of fractional digits open; a clock that people read has none.
const WHOLE_SECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(0));

#[derive(Deserialize)]
pub struct Moment {
    at: Option<String>,
}

#[derive(Serialize)]
pub struct LocalTime {
    zone: String,
    time: String,
    utc_offset: String,
}

pub async fn show(
    zone: Result<Path<String>, PathRejection>,
    moment: Result<Query<Moment>, QueryRejection>,
) -> Result<Json<LocalTime>, Problem> {
    // "/time/" has no zone to extract: that is an empty name, and unknown like any other.
    let zone = zone.map(|Path(name)| name).unwrap_or_default();
    let zone = find_zone(&zone).ok_or_else(|| unknown(&zone))?;
    let Query(moment) = moment.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, error.body_text()))?;
    let instant = moment
        .at
        .map_or_else(|| Ok(Timestamp::now()), |text| parse_instant(&text))?;
    Ok(Json(local_time(&zone, instant)))
}

fn find_zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?;
    let name = zone.iana_name()?;
    (!NOT_ZONES.contains(&name)).then_some(zone)
}

fn unknown(name: &str) -> Problem {
    let reason = if tz::db().is_definitively_empty() {
        ": no zone data in this image"
    } else {
        ""
    };
    Problem::not_found(format!("unknown time zone {name:?}{reason}"))
}

/// An RFC 3339 instant. Years with a sign are ISO 8601 only.
fn parse_instant(text: &str) -> Result<Timestamp, Problem> {
    let instant = text.parse().ok().filter(|_| !text.starts_with(['+', '-']));
    let bad = || {
        Problem::new(
            StatusCode::BAD_REQUEST,
            format!("at must be an RFC 3339 instant, got {text:?}"),
        )
    };
    instant.ok_or_else(bad)
}

fn local_time(zone: &TimeZone, instant: Timestamp) -> LocalTime {
    let time = WHOLE_SECONDS.timestamp_with_offset_to_string(&instant, zone.to_offset(instant));
    // The printer ends with the offset, "+02:00", and is the only one to decide how it is written.
    let utc_offset = time[time.len() - 6..].to_owned();
    LocalTime {
        zone: zone.iana_name().unwrap_or_default().to_owned(),
        time,
        utc_offset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(zone: &str, instant: &str) -> String {
        let zone = find_zone(zone).expect("zone data, of the system or with the feature embed-zones");
        local_time(&zone, parse_instant(instant).unwrap()).time
    }

    #[test]
    fn clocks_change_in_spring_and_autumn() {
        assert_eq!(
            time("Europe/Paris", "2026-03-29T00:59:59Z"),
            "2026-03-29T01:59:59+01:00"
        );
        assert_eq!(
            time("Europe/Paris", "2026-03-29T01:00:00Z"),
            "2026-03-29T03:00:00+02:00"
        );
        assert_eq!(
            time("Europe/Paris", "2026-10-25T00:59:59Z"),
            "2026-10-25T02:59:59+02:00"
        );
        assert_eq!(
            time("Europe/Paris", "2026-10-25T01:00:00Z"),
            "2026-10-25T02:00:00+01:00"
        );
    }

    #[test]
    fn fractions_of_a_second_are_dropped_not_rounded() {
        assert_eq!(time("UTC", "2026-07-01T12:00:00.999Z"), "2026-07-01T12:00:00+00:00");
    }

    #[test]
    fn offsets_need_not_be_whole_hours() {
        assert_eq!(
            time("America/St_Johns", "2026-07-01T12:00:00Z"),
            "2026-07-01T09:30:00-02:30"
        );
        assert_eq!(
            time("Asia/Kathmandu", "2026-07-01T14:00:00+02:00"),
            "2026-07-01T17:45:00+05:45"
        );
    }

    #[test]
    fn only_names_of_places_are_zones() {
        for name in [
            "",
            "Mars/Olympus",
            "../../etc/passwd",
            "/etc/localtime",
            "Local",
            "Europe",
            "Europe/",
            "zone.tab",
        ] {
            assert!(find_zone(name).is_none(), "{name:?}");
        }
        for name in NOT_ZONES.into_iter().chain(["Etc/Unknown", "POSIXRULES"]) {
            assert!(find_zone(name).is_none(), "{name:?}");
        }
    }

    #[test]
    fn an_instant_has_a_date_a_time_and_an_offset() {
        for bad in [
            "",
            "yesterday",
            "2026-01-15",
            "2026-01-15T12:00:00",
            "-000001-01-15T12:00:00Z",
        ] {
            assert!(parse_instant(bad).is_err(), "{bad:?}");
        }
    }
}
