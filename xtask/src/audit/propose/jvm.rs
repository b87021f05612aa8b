//! Dockerfiles for the JVM: an archive, or its layers where Spring Boot made it, on a runtime without a compiler.

use super::Draft;
use super::bases::{Images, Of, images, system};
use super::kept::{Kept, Probe};
use super::text::{Text, is_plain};
use crate::audit::stack::{Jvm, Present, Tool};

pub(super) fn drafts(jvm: &Jvm, present: &Present, kept: &Kept) -> Vec<Draft> {
    let mut images = images(Of::Jvm, jvm.version.as_deref(), present);
    // The present image may bring the tool that builds.
    let tool = present.images.iter().find(|image| {
        let name = image.rsplit('/').next().unwrap_or(image);
        (name.starts_with("maven:") || name.starts_with("gradle:")) && !name.contains("alpine")
    });
    images.builder = match (tool, jvm.wrapper, jvm.tool) {
        (Some(image), false, _) => image.clone(),
        (_, true, _) => images.builder,
        (None, false, Tool::Maven) => format!("maven:3-eclipse-temurin-{}", images.version),
        (None, false, Tool::Gradle) => format!("gradle:9-jdk{}", images.version),
    };
    let major = images.version.split('.').next().unwrap_or_default().to_owned();
    let packages = system(present, &images).run;
    let mut drafts = Vec::new();
    if let Some(image) = images.distroless(&major).filter(|_| packages.is_empty()) {
        drafts.push(Draft::of("an archive on distroless", write(jvm, kept, &images, image, "/usr/bin/java", &[])));
    }
    drafts.push(Draft::of("a runtime on a slim image", write(jvm, kept, &images, &images.slim, "java", &packages)));
    drafts
}

fn write(jvm: &Jvm, kept: &Kept, images: &Images, last: &str, java: &str, packages: &[String]) -> Text {
    let mut text = Text::default();
    text.comment(
        "Only what the last stage holds is shipped. The compiler, the build tool and its repository stay behind.",
    );
    text.stage("---- build: everything that compiling needs", &images.builder, Some("build"));
    text.line("WORKDIR /src");
    text.comment("The build's own files come first: an edited source file does not download the dependencies again.");
    let plain = |paths: &[String]| paths.iter().filter(|path| is_plain(path)).cloned().collect::<Vec<_>>();
    text.copy(&plain(&jvm.manifests), &plain(&jvm.folders));
    text.comment("A cache mount outlives the build and never becomes part of an image.");
    let module = jvm.module.as_deref().filter(|module| is_plain(module));
    let (cache, first, build, made) = match jvm.tool {
        Tool::Maven => {
            let tool = if jvm.wrapper { "sh ./mvnw" } else { "mvn" };
            let of = module.map(|module| format!(" --projects {module} --also-make")).unwrap_or_default();
            let cache = [(kept.cache("maven"), "/root/.m2")];
            (
                cache,
                format!("{tool} --batch-mode{of} dependency:go-offline"),
                format!("{tool} --batch-mode{of} package -DskipTests"),
                "target",
            )
        }
        Tool::Gradle => {
            let tool = if jvm.wrapper { "sh ./gradlew" } else { "gradle" };
            let of = module.map(|module| format!(":{}:", module.replace('/', ":"))).unwrap_or_default();
            let task = if jvm.spring { "bootJar" } else { "jar" };
            let cache = [(kept.cache("gradle"), "/root/.gradle")];
            (
                cache,
                format!("{tool} --no-daemon {of}dependencies"),
                format!("{tool} --no-daemon {of}{task}"),
                "build/libs",
            )
        }
    };
    kept.run(&mut text, &cache, &[first]);
    text.line("COPY . .");
    let made = module.map_or_else(|| made.to_owned(), |module| format!("{module}/{made}"));
    let pick = format!(
        "find {made} -maxdepth 1 -name '*.jar' ! -name '*-sources.jar' ! -name '*-javadoc.jar' ! -name '*-plain.jar' \
         ! -name 'original-*' -exec cp {{}} /app.jar \\;"
    );
    kept.run(&mut text, &cache, &[build, pick]);
    if jvm.spring {
        text.comment("Takes the archive apart, so that an edit of ours ships our classes and not every library again.");
        text.line("RUN java -Djarmode=tools -jar /app.jar extract --layers --launcher --destination /layers");
    }
    kept.folders(&mut text);
    let purpose = "---- the image: a Java runtime, no compiler and no build tool";
    text.stage(purpose, last, None);
    if !packages.is_empty() {
        text.apt(packages);
    }
    text.line(format!("WORKDIR {}", kept.folder));
    let mut start = vec![java.to_owned()];
    start.extend(jvm.options.iter().cloned());
    if jvm.spring {
        text.comment("What changes least comes first.");
        for layer in ["dependencies", "spring-boot-loader", "snapshot-dependencies", "application"] {
            text.line(format!("COPY --from=build /layers/{layer}/ ./"));
        }
        start.push("org.springframework.boot.loader.launch.JarLauncher".to_owned());
    } else {
        text.line("COPY --from=build /app.jar app.jar");
        start.extend(["-jar".to_owned(), "app.jar".to_owned()]);
    }
    start.extend(jvm.arguments.iter().cloned());
    text.comment("The virtual machine reads options from JAVA_TOOL_OPTIONS by itself: docker run --env JAVA_TOOL_OPTIONS=-Xmx256m.");
    kept.finish(&mut text, &[], "build", &start, &Probe::default());
    text
}
