//! Says where a manifest names what is not there: variants, apps, changes, secrets, groups of files. What would only show when
//! the lesson runs, or not at all, is a mistake when it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::Result;
use crate::lesson::{Exercise, Guess, Lesson, Words};
use crate::manifest::Source;
use crate::messages::{self, Message};
use crate::model::{App, AppId, Delivery, ExtraFile, MINE, Platform, Value, Variant, VariantId};
use crate::rules::{Expect, Need, Rule};

/// A lesson with what its manifests may name.
pub(super) struct Checker<'w> {
    pub lesson: &'w Lesson,
    /// The apps of the repository and the lesson's guests.
    pub apps: &'w BTreeMap<&'w AppId, &'w App>,
    pub root: &'w Path,
}

impl Checker<'_> {
    /// Everything that the lesson's manifest names is there, and what it expects could fail.
    pub fn lesson(&self, source: &Source) -> Result<()> {
        let lesson = self.lesson;
        for variant in &lesson.variants {
            self.known_variant("variants", variant, source)?;
        }
        self.known_apps("apps", &lesson.apps, source)?;
        for (id, variant) in &lesson.variant {
            self.variant(&format!("variant.{id}"), variant, source)?;
        }
        for (name, files) in &lesson.files {
            self.files(&format!("files.{name}"), files, source)?;
        }
        for (name, change) in &lesson.change {
            super::check_change(&format!("change.{name}"), change, source)?;
        }
        for index in 0..lesson.step.len() {
            self.step(index, source)?;
        }
        for (index, look) in lesson.look.iter().enumerate() {
            let place = format!("look.{index}");
            self.known_apps(&place, &look.app, source)?;
            look.text.values().try_for_each(|value| self.measured(&place, value, source))?;
        }
        for (index, expect) in lesson.expect.iter().enumerate() {
            self.expectation(&format!("expect.{index}"), expect, None, source)?;
        }
        Ok(())
    }

    /// The same for an exercise, which may speak of the learner's own image.
    pub fn exercise(&self, exercise: &Exercise, source: &Source) -> Result<()> {
        if exercise.apps.first() != Some(&exercise.first) {
            let message = format!("there is no {}/{}/Dockerfile", exercise.shipped, exercise.first);
            let known = exercise.apps.iter().map(AppId::as_str);
            return Err(source.wrong("first", exercise.first.as_str(), &message, known));
        }
        self.variant("mine", &exercise.mine, source)?;
        for (id, variant) in &exercise.also {
            if id.also_mine().is_none_or(str::is_empty) {
                let message = "the name of an image of the learner's own begins with `mine-`";
                return Err(source.wrong("also", id.as_str(), message, []));
            }
            self.variant(&format!("also.{id}"), variant, source)?;
        }
        self.files("file", &exercise.file, source)?;
        for (index, expect) in exercise.expect.iter().enumerate() {
            self.expectation(&format!("expect.{index}"), expect, Some(exercise), source)?;
        }
        let rules: Vec<&str> = exercise.expect.iter().map(|expect| expect.rule.name()).chain(["build"]).collect();
        for (index, hint) in exercise.hint.iter().enumerate() {
            let place = format!("hint.{index}");
            self.known_apps(&place, &hint.app, source)?;
            if !rules.contains(&hint.when.as_str()) {
                let message = format!("no expectation of this exercise has the rule `{}`", hint.when);
                return Err(source.wrong(&place, &hint.when, &message, rules.iter().copied()));
            }
            if let Some(unknown) = hint.message.iter().find(|id| Message::named(id).is_none()) {
                let message = format!("the table of messages has no `{unknown}`");
                let known = messages::all().iter().map(|message| message.id.as_str());
                return Err(source.wrong(&place, unknown, &message, known));
            }
        }
        Ok(())
    }

    fn step(&self, index: usize, source: &Source) -> Result<()> {
        let (step, place) = (&self.lesson.step[index], format!("step.{index}"));
        let doing = format!("{place}.do");
        let names = step.names();
        for variant in names.images.iter().chain(&names.dockerfiles) {
            self.known_variant(&doing, variant, source)?;
        }
        let here = || names.images.iter().chain(&names.dockerfiles).map(|variant| variant.as_str());
        if let Some(other) = names.among.iter().find(|variant| !here().any(|one| one == variant.as_str())) {
            let message = format!("`{other}` is none of the variants of this step");
            return Err(source.wrong(&doing, other.as_str(), &message, here()));
        }
        self.known_apps(&place, names.apps.iter().copied(), source)?;
        for change in &names.changes {
            let apps = self.apps_of(&step.apps);
            let known = self.lesson.change.keys().chain(apps.iter().flat_map(|app| app.change.keys()));
            let known: BTreeSet<&str> = known.map(String::as_str).collect();
            let everywhere = apps.iter().all(|app| app.change.contains_key(*change));
            if !self.lesson.change.contains_key(*change) && !everywhere {
                let message = format!("neither the lesson nor every app of this step knows a change `{change}`");
                return Err(source.wrong(&doing, change, &message, known));
            }
        }
        for (variant, secrets) in &names.secrets {
            let given = self.lesson.variant.get(*variant).map(|variant| &variant.secrets);
            let known = || given.into_iter().flatten().map(|(id, _)| id.as_str());
            if let Some(secret) = secrets.iter().find(|secret| !known().any(|id| id == **secret)) {
                let message = format!("`{variant}` is given no secret `{secret}`");
                return Err(source.wrong(&doing, secret, &message, known()));
            }
        }
        if let Some((value, message)) = step.action.kind().fault() {
            return Err(source.wrong(&doing, &value, &message, []));
        }
        let words = step.means.iter().flat_map(Words::values);
        let guess = step.guess.iter().filter_map(Guess::value);
        words.chain(guess).try_for_each(|value| self.measured(&place, value, source))?;
        match step.guess.as_ref().and_then(Guess::fault) {
            Some((value, message)) => Err(source.wrong(&format!("{place}.guess"), &value, &message, [])),
            None => Ok(()),
        }
    }

    /// Expectations are judged by what is measured: the variants of the table. About any other nothing would be said, and it
    /// would look as if everything held.
    fn expectation(&self, place: &str, expect: &Expect, exercise: Option<&Exercise>, source: &Source) -> Result<()> {
        self.known_apps(place, &expect.app, source)?;
        let rule = expect.rule.judge();
        for variant in expect.variant.iter().chain(rule.compared_with()) {
            match exercise {
                Some(exercise) if variant.as_str() == MINE || exercise.also.contains_key(variant) => {}
                Some(_) => self.known_variant(place, variant, source)?,
                None if self.lesson.variants.contains(variant) => {}
                None => {
                    let name = expect.rule.name();
                    let message =
                        format!("`{name}` is judged by what `variants` lists, and `{variant}` is not among them");
                    let measured = self.lesson.variants.iter().map(VariantId::as_str);
                    return Err(source.wrong(place, variant.as_str(), &message, measured));
                }
            }
        }
        if let Some(platform) = &expect.platform {
            let also = |id: &VariantId| exercise.and_then(|exercise| exercise.also.get(id));
            let of = |id: &VariantId| {
                self.lesson.variant.get(id).or_else(|| also(id)).map(|variant| variant.platforms.clone())
            };
            let mine = exercise.map(|exercise| exercise.mine.platforms.clone());
            let listed: Vec<_> = match &expect.variant {
                Some(variant) => of(variant).or(mine).unwrap_or_default(),
                None => self.lesson.variants.iter().filter_map(of).flatten().collect(),
            };
            if !listed.contains(platform) {
                let message = format!("no variant that this expectation is about is built for `{platform}`");
                return Err(source.wrong(place, platform.as_str(), &message, listed.iter().map(Platform::as_str)));
            }
        }
        if let Some(change) = changed(&expect.rule) {
            let apps = self.apps_of(expect.app.as_slice());
            let known = self.lesson.change.keys().chain(apps.iter().flat_map(|app| app.change.keys()));
            let known: BTreeSet<&str> = known.map(String::as_str).collect();
            if !known.contains(change.as_str()) {
                let message = format!("neither the lesson nor an app knows a change `{change}`");
                return Err(source.wrong(place, &change, &message, known));
            }
        }
        match rule.fault() {
            Some(message) => Err(source.wrong(place, expect.rule.name(), message, [])),
            None => Ok(()),
        }
    }

    fn variant(&self, place: &str, variant: &Variant, source: &Source) -> Result<()> {
        for group in &variant.with {
            if !self.lesson.files.contains_key(group) {
                let known = self.lesson.files.keys().map(String::as_str);
                return Err(source.wrong(place, group, &format!("the lesson has no files `{group}`"), known));
            }
        }
        if let Some(context) = variant.context.as_ref().filter(|context| !self.root.join(context).is_dir()) {
            let shown = context.trim_start_matches(&self.lesson.folder()).trim_start_matches('/');
            return Err(source.wrong(place, shown, &format!("there is no folder {context}"), []));
        }
        Ok(())
    }

    /// One of three keys says what a file holds, and what it takes is there.
    fn files(&self, place: &str, files: &[ExtraFile], source: &Source) -> Result<()> {
        for file in files {
            let said = [file.text.is_some(), file.bytes.is_some(), file.from.is_some()];
            if said.into_iter().filter(|said| *said).count() != 1 {
                let message = "a file holds one of `text`, `bytes` and `from`";
                return Err(source.wrong(place, &file.path, message, []));
            }
            if let Some(from) = file.from.as_ref().filter(|from| !self.root.join(from).exists()) {
                let shown = from.trim_start_matches(&self.lesson.folder()).trim_start_matches('/');
                return Err(source.wrong(place, shown, &format!("there is no {from}"), []));
            }
        }
        Ok(())
    }

    fn known_variant(&self, place: &str, variant: &VariantId, source: &Source) -> Result<()> {
        let lesson = self.lesson;
        if lesson.variant.contains_key(variant) {
            if lesson.own.get(variant).is_none_or(BTreeMap::is_empty) {
                let named = lesson.variant[variant].dockerfile.clone();
                let name = named.unwrap_or_else(|| format!("{variant}.Dockerfile"));
                let message = format!("there is no {}/<app>/{name}", lesson.folder());
                return Err(source.wrong(place, variant.as_str(), &message, []));
            }
        } else if !self.apps.values().any(|app| app.variant.contains_key(variant)) {
            let of_apps = self.apps.values().flat_map(|app| app.variant.keys());
            let known = of_apps.chain(lesson.variant.keys()).map(VariantId::as_str);
            return Err(source.wrong(place, variant.as_str(), &format!("no app has a variant `{variant}`"), known));
        }
        Ok(())
    }

    fn known_apps<'a>(&self, place: &str, apps: impl IntoIterator<Item = &'a AppId>, source: &Source) -> Result<()> {
        match apps.into_iter().find(|app| !self.apps.contains_key(*app)) {
            None => Ok(()),
            Some(app) => {
                let known = self.apps.keys().map(|app| app.as_str());
                Err(source.wrong(place, app.as_str(), &format!("there is no app `{app}`"), known))
            }
        }
    }

    /// A text may speak of what is measured; of another variant it would silently be left out.
    fn measured(&self, place: &str, value: &Value, source: &Source) -> Result<()> {
        match value.variants().find(|variant| !self.lesson.variants.contains(variant)) {
            None => Ok(()),
            Some(variant) => {
                let message = format!("`{variant}` is not among `variants`, so nothing of it is measured");
                let known = self.lesson.variants.iter().map(VariantId::as_str);
                Err(source.wrong(place, variant.as_str(), &message, known))
            }
        }
    }

    /// The apps with these names; those of the lesson where there are none.
    fn apps_of(&self, named: &[AppId]) -> Vec<&App> {
        let of_lesson = |app: &&&App| match (self.lesson.apps.is_empty(), self.lesson.guests.is_empty()) {
            (false, _) => self.lesson.apps.contains(&app.id),
            (true, true) => true,
            (true, false) => self.lesson.guests.contains_key(&app.id),
        };
        let all = self.apps.values();
        if named.is_empty() {
            all.filter(of_lesson).copied().collect()
        } else {
            all.filter(|app| named.contains(&app.id)).copied().collect()
        }
    }
}

/// The change that a rule is judged after.
fn changed(rule: &Rule) -> Option<String> {
    rule.judge().needs().into_iter().find_map(|need| match need {
        Need::Packages(change)
        | Need::Offline(change)
        | Need::Rebuild(change)
        | Need::Gate { change, .. }
        | Need::Push(Delivery::After(change))
        | Need::Pull(Delivery::After(change)) => Some(change),
        _ => None,
    })
}
