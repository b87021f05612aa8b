//! What earlier versions of Drydock wrote, read into today's shape.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Attempt, Progress, Visited};
use crate::lesson;
use crate::model::{AppId, LessonId};

/// The first form: a lesson had one exercise, and attempts were kept by app.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    #[serde(rename = "version")]
    _version: u32,
    at: Option<LessonId>,
    #[serde(default)]
    lessons: BTreeMap<LessonId, FirstVisited>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstVisited {
    ran: Option<String>,
    app: Option<AppId>,
    #[serde(default)]
    attempts: BTreeMap<AppId, Attempt>,
}

/// Reads what a version wrote; `None` where there is no such version, or it wrote something else.
pub(super) fn read(version: u64, text: &str) -> Option<Progress> {
    if version != 1 {
        return None;
    }
    let First { at, lessons, .. } = serde_json::from_str(text).ok()?;
    let visited = |FirstVisited { ran, app, attempts }| {
        let exercise = app.as_ref().map(|_| lesson::only());
        let attempts = if attempts.is_empty() { BTreeMap::new() } else { BTreeMap::from([(lesson::only(), attempts)]) };
        Visited { ran, exercise, app, attempts }
    };
    let lessons = lessons.into_iter().map(|(lesson, first)| (lesson, visited(first))).collect();
    Some(Progress { version: Progress::VERSION, at, lessons })
}
