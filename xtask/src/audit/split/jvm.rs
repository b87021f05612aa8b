//! The JVM: a JRE and the jar that Maven or Gradle made.

use super::Second;
use super::parts::{copy, inside, work_folder, work_folder_line};
use crate::audit::seen::{Written, operands};

/// The second stage.
pub(super) fn jvm(written: &Written, name: &str, second: &mut Second) {
    let folder = work_folder(written);
    let gradle = written.file.text.contains("gradle");
    let built = if gradle { "build/libs" } else { "target" };
    let version = written.base().and_then(java_version).unwrap_or_else(|| "21".to_owned());
    second.from.push(format!("FROM eclipse-temurin:{version}-jre"));
    second.from.extend(work_folder_line(written));
    let jar = written.last("CMD").into_iter().chain(written.last("ENTRYPOINT")).flat_map(operands);
    let jar = jar.flat_map(|word| word.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let jar = jar.map(|word| word.trim_matches(['"', '\'']).to_owned()).find(|word| is_jar(word));
    let to = if let Some(jar) = jar.filter(|jar| !jar.contains('*')) {
        inside(&folder, &jar)
    } else {
        let says = "Start it with `java -jar /app.jar`: the tool of the build is not there.";
        second.also.push(says.to_owned());
        "/app.jar".to_owned()
    };
    second.copies.push(copy(name, &format!("{}/{built}/*.jar", folder.trim_end_matches('/')), &to));
}

fn is_jar(word: &str) -> bool {
    std::path::Path::new(word).extension().is_some_and(|ending| ending == "jar")
}

fn java_version(base: &str) -> Option<String> {
    let tag = base.rsplit_once(':')?.1;
    let number = tag.split(['-', '.']).find(|part| matches!(*part, "8" | "11" | "17" | "21" | "25"))?;
    Some(number.to_owned())
}
