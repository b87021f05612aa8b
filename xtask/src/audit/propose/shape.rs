//! The shape of an answer: what stays the same when a clock goes on and a counter counts.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::audit::seen::Asked;
use crate::names::printable;

/// Widest shape that is shown, in characters; a longer one is compared as a whole and shown as its beginning.
const WIDEST: usize = 200;

/// Status and shape of an answer, in a few words. Two answers are alike if these are the same.
pub(super) fn of(asked: &Asked) -> String {
    match &asked.status {
        Err(why) => format!("no answer: {}", printable(why)),
        Ok(status) => {
            let shape = body(&asked.body);
            let cut: String = shape.chars().take(WIDEST).collect();
            if cut.len() < shape.len() {
                // What is not shown still counts.
                let digest = crate::image::Digest::of(shape.as_bytes()).to_string();
                let digits = digest.rsplit(':').next().unwrap_or_default().get(..8).unwrap_or_default().to_owned();
                return format!("{status} {cut}… ({digits})");
            }
            format!("{status} {shape}").trim_end().to_owned()
        }
    }
}

fn body(body: &str) -> String {
    let body = body.trim();
    if body.is_empty() {
        return "empty".to_owned();
    }
    if let Ok(value) = serde_json::from_str::<Value>(body) {
        return json(&value);
    }
    if body.starts_with('<') {
        return format!("<{}>", tags(body).into_iter().collect::<Vec<_>>().join(" "));
    }
    // The beginning of JSON that was cut off is text like any other.
    if body.starts_with(['{', '[']) {
        return "JSON, cut off".to_owned();
    }
    "text".to_owned()
}

/// Keys and kinds of values. Of a list, the shapes of its elements.
fn json(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(all) => {
            let shapes: BTreeSet<String> = all.iter().map(json).collect();
            format!("[{}]", shapes.into_iter().collect::<Vec<_>>().join(" | "))
        }
        Value::Object(all) => {
            let mut keys: Vec<String> =
                all.iter().map(|(key, value)| format!("{}: {}", printable(key), json(value))).collect();
            keys.sort();
            format!("{{{}}}", keys.join(", "))
        }
    }
}

/// The names of the tags in a page.
fn tags(page: &str) -> BTreeSet<String> {
    let name = |rest: &str| -> String { rest.chars().take_while(char::is_ascii_alphanumeric).collect() };
    page.split('<').skip(1).map(name).filter(|name| !name.is_empty()).map(|name| name.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_body(status: u16, body: &str) -> String {
        of(&Asked { request: "GET /".to_owned(), status: Ok(status), body: body.to_owned() })
    }

    #[test]
    fn another_time_is_the_same_shape_and_another_key_is_not() {
        let clock =
            |time: &str| of_body(200, &format!("{{\"time\": \"{time}\", \"n\": 1, \"zones\": [\"a\", \"b\"]}}"));
        assert_eq!(clock("12:00"), clock("12:01"));
        assert_eq!(clock("x"), "200 {n: number, time: text, zones: [text]}");
        assert_ne!(clock("x"), of_body(200, "{\"time\": null, \"n\": 1, \"zones\": []}"));
        assert_ne!(of_body(200, "ok"), of_body(503, "ok"));
        assert_eq!(of_body(200, "ok"), of_body(200, "fine"));
    }

    #[test]
    fn pages_are_told_by_their_tags() {
        let page = "<!doctype html><html><body><h1>12</h1></body></html>";
        assert_eq!(of_body(200, page), "200 <body h1 html>");
        assert_eq!(of_body(204, ""), "204 empty");
        let no = of(&Asked { request: String::new(), status: Err("refused\u{1b}[2J".to_owned()), body: String::new() });
        assert!(no.starts_with("no answer: refused") && !no.contains('\u{1b}'));
    }

    #[test]
    fn a_long_shape_counts_to_its_end() {
        let long = |last: &str| {
            let keys: Vec<String> =
                (0..80).map(|n| format!("\"key{n}\": 1")).chain([format!("\"z\": {last}")]).collect();
            of_body(200, &format!("{{{}}}", keys.join(",")))
        };
        assert_ne!(long("1"), long("null"));
        assert!(long("1").chars().count() < WIDEST + 30);
    }
}
