//! A service on the Java virtual machine, built by Maven or Gradle.

use super::{Present, Tree, Unrecognised, words};

/// What builds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Maven.
    Maven,
    /// Gradle.
    Gradle,
}

impl Tool {
    /// The command.
    pub fn command(self) -> &'static str {
        match self {
            Self::Maven => "Maven",
            Self::Gradle => "Gradle",
        }
    }
}

/// How a service on the JVM is built and started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jvm {
    /// What builds it.
    pub tool: Tool,
    /// Whether the tool's own script is in the repository.
    pub wrapper: bool,
    /// What the tool reads before any source.
    pub manifests: Vec<String>,
    /// Folders of the same kind, e.g. `.mvn`.
    pub folders: Vec<String>,
    /// Whether Spring Boot makes the archive, which then knows how to take itself apart.
    pub spring: bool,
    /// The release of Java, e.g. `21`.
    pub version: Option<String>,
    /// The module that is the service, where there are several.
    pub module: Option<String>,
    /// Options for the virtual machine, e.g. `-Xmx256m`.
    pub options: Vec<String>,
    /// Arguments behind the archive.
    pub arguments: Vec<String>,
}

pub(super) fn recognise(tree: &Tree, present: &Present) -> Result<(String, Jvm), Unrecognised> {
    let tool = if tree.has("pom.xml") { Tool::Maven } else { Tool::Gradle };
    let build = ["pom.xml", "build.gradle", "build.gradle.kts"].map(|file| tree.text(file)).concat();
    let (wrapper, manifests, folders) = match tool {
        Tool::Maven => {
            let modules = tree
                .files()
                .map(|(path, _)| path.to_owned())
                .filter(|path| path == "pom.xml" || path.ends_with("/pom.xml"));
            let manifests: Vec<String> = modules.chain(tree.those(&["mvnw"])).collect();
            (tree.has("mvnw"), manifests, vec![".mvn"])
        }
        Tool::Gradle => {
            let is = |path: &str| {
                ["build.gradle", "build.gradle.kts", "gradle.lockfile"]
                    .contains(&path.rsplit('/').next().unwrap_or(path))
            };
            let modules = tree.files().map(|(path, _)| path.to_owned()).filter(|path| is(path));
            let top = tree.those(&["settings.gradle", "settings.gradle.kts", "gradle.properties", "gradlew"]);
            (tree.has("gradlew"), modules.chain(top).collect(), vec!["gradle"])
        }
    };
    let spring = build.contains("spring-boot")
        || build.contains("org.springframework.boot")
        || manifests.iter().any(|path| tree.text(path).contains("spring-boot"));
    let module = module(tree, tool)?;
    let start = match &present.shell {
        None => present.start.clone(),
        Some(line) => without_variables(line).ok_or_else(|| {
            Unrecognised::Unsupported(format!("The image is started by a line that needs a shell: `{line}`."))
        })?,
    };
    let (options, arguments) = around_the_archive(&start);
    let folders = folders.into_iter().filter(|folder| tree.has_folder(folder)).map(str::to_owned).collect();
    let name = module.clone().or_else(|| artifact(&build, tool, tree)).unwrap_or_default();
    Ok((
        name,
        Jvm {
            tool,
            wrapper,
            manifests,
            folders,
            spring,
            version: version(present, &build),
            module,
            options,
            arguments,
        },
    ))
}

/// The module with a `main`, where a build has several.
fn module(tree: &Tree, tool: Tool) -> Result<Option<String>, Unrecognised> {
    let names: &[&str] = if tool == Tool::Maven { &["pom.xml"] } else { &["build.gradle", "build.gradle.kts"] };
    let modules: Vec<String> = tree.folders_with(names, 2).into_iter().filter(|folder| !folder.is_empty()).collect();
    if modules.is_empty() || tree.has_folder("src/main") {
        return Ok(None);
    }
    let starts = |module: &&String| {
        tree.in_folder(module).any(|(path, _)| {
            path.contains("/src/main/")
                && ["Application.java", "Application.kt", "Main.java", "Main.kt", "App.java"]
                    .iter()
                    .any(|end| path.ends_with(end))
        })
    };
    match modules.iter().filter(starts).collect::<Vec<_>>().as_slice() {
        [one] => Ok(Some((*one).clone())),
        _ => Err(Unrecognised::Several(modules)),
    }
}

/// A start of `java` in which only whole words are variables, without these: options in variables reach the virtual machine by
/// `JAVA_TOOL_OPTIONS`, which it reads itself.
fn without_variables(line: &str) -> Option<Vec<String>> {
    let is_variable = |word: &&str| {
        word.starts_with('$') && word[1..].chars().all(|c| c.is_ascii_alphanumeric() || "_{}".contains(c))
    };
    let kept: Vec<&str> = line.split_whitespace().filter(|word| !is_variable(word)).collect();
    words::plain(&kept.join(" ")).filter(|words| words[0].rsplit('/').next() == Some("java"))
}

/// What stands between `java` and `-jar`, and behind the archive.
fn around_the_archive(start: &[String]) -> (Vec<String>, Vec<String>) {
    let Some(at) = start.iter().position(|word| word == "-jar") else { return (Vec::new(), Vec::new()) };
    let options = start[..at].iter().skip(1).cloned().collect();
    (options, start.iter().skip(at + 2).cloned().collect())
}

/// The name of what is built.
fn artifact(build: &str, tool: Tool, tree: &Tree) -> Option<String> {
    let text = match tool {
        // The parent has an artifactId of its own, in front of ours.
        Tool::Maven => between(build.split("</parent>").last()?, "<artifactId>", "</artifactId>")?,
        Tool::Gradle => {
            let settings = ["settings.gradle", "settings.gradle.kts"].map(|file| tree.text(file)).concat();
            let line = settings.lines().find(|line| line.trim_start().starts_with("rootProject.name"))?;
            line.split(['"', '\'']).nth(1)?.to_owned()
        }
    };
    Some(text.trim().to_owned())
}

fn between(text: &str, start: &str, end: &str) -> Option<String> {
    let rest = &text[text.find(start)? + start.len()..];
    Some(rest[..rest.find(end)?].to_owned())
}

/// The release of Java: that of the image, else what the build asks for.
fn version(present: &Present, build: &str) -> Option<String> {
    let number = |text: &str| {
        let digits: String =
            text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        (!digits.is_empty()).then_some(digits)
    };
    let of_image = present.images.iter().find_map(|image| {
        let (name, tag) = image.rsplit('/').next()?.split_once(':')?;
        let tag = if ["maven", "gradle"].contains(&name) {
            let after = ["temurin-", "openjdk-", "corretto-", "jdk"]
                .iter()
                .find_map(|word| tag.split_once(word).map(|(_, rest)| rest));
            after?
        } else {
            ["eclipse-temurin", "openjdk", "amazoncorretto"].contains(&name).then_some(tag)?
        };
        number(tag)
    });
    let of_build = || {
        let maven = ["<java.version>", "<maven.compiler.release>", "<maven.compiler.source>"];
        let said = maven.iter().find_map(|tag| between(build, tag, "<"));
        let gradle = build.split_once("JavaLanguageVersion.of(").map(|(_, rest)| rest.to_owned());
        said.or(gradle).and_then(|text| number(&text))
    };
    of_image.or_else(of_build)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jvm(files: &[(&str, &str)], present: &Present) -> Result<(String, Jvm), Unrecognised> {
        recognise(&Tree::of(files), present)
    }

    #[test]
    fn maven_and_gradle_are_told_apart() {
        let pom = "<project><parent><artifactId>spring-boot-starter-parent</artifactId></parent><artifactId>shop</artifactId>\
                   <properties><java.version>21</java.version></properties></project>";
        let present = Present {
            start: ["java", "-Xmx1g", "-jar", "a.jar", "--debug"].map(str::to_owned).into(),
            ..Present::default()
        };
        let (name, found) =
            jvm(&[("pom.xml", pom), ("mvnw", ""), (".mvn/wrapper/maven-wrapper.properties", "")], &present).unwrap();
        assert_eq!((name.as_str(), found.tool, found.wrapper, found.spring), ("shop", Tool::Maven, true, true));
        assert_eq!(
            (found.version.as_deref(), found.manifests, found.folders),
            (Some("21"), vec!["pom.xml".into(), "mvnw".into()], vec![".mvn".to_owned()])
        );
        assert_eq!((found.options, found.arguments), (vec!["-Xmx1g".into()], vec!["--debug".to_owned()]));
        let present = Present { images: vec!["gradle:8-jdk17".into()], ..Present::default() };
        let files = [
            ("build.gradle.kts", "plugins { id(\"java\") }"),
            ("settings.gradle.kts", "rootProject.name = \"api\"\n"),
            ("gradlew", ""),
        ];
        let (name, found) = jvm(&files, &present).unwrap();
        assert_eq!(
            (name.as_str(), found.tool, found.spring, found.version.as_deref()),
            ("api", Tool::Gradle, false, Some("17"))
        );
    }

    #[test]
    fn options_in_a_variable_need_no_shell() {
        let words = |line: &str| without_variables(line).map(|words| words.join(" "));
        assert_eq!(words("exec java $JAVA_OPTS ${MORE} -jar /app.jar").as_deref(), Some("java -jar /app.jar"));
        assert_eq!(words("java -jar /app-$VERSION.jar"), None);
        assert_eq!(words("wait-for db && java -jar /app.jar"), None);
    }

    #[test]
    fn the_module_with_a_main_is_the_service() {
        let files = [
            ("pom.xml", ""),
            ("api/pom.xml", "spring-boot"),
            ("api/src/main/java/x/ShopApplication.java", ""),
            ("core/pom.xml", ""),
        ];
        let (_, found) = jvm(&files, &Present::default()).unwrap();
        assert_eq!((found.module.as_deref(), found.spring), (Some("api"), true));
        assert_eq!(jvm(&[files[0], files[3]], &Present::default()), Err(Unrecognised::Several(vec!["core".into()])));
    }
}
