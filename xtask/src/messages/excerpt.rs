//! Which lines of an output are worth showing: those that tell the cause, and the last ones without the noise.

use super::{find, table};
use crate::printed;

/// What stands for lines that are left out.
const LEFT_OUT: &str = "…";

/// At most `count` lines of what a program printed, three or more. The line that tells the cause is among them, wherever it stands.
pub fn excerpt(printed: &str, count: usize) -> Vec<String> {
    of_lines(printed::lines(printed), count)
}

/// As [`excerpt`], of lines that hold something.
pub fn of_lines(lines: Vec<String>, count: usize) -> Vec<String> {
    let telling: Vec<String> = without_blocks(&lines).into_iter().filter(|line| !is_noise(line)).cloned().collect();
    let lines = if telling.is_empty() { lines } else { telling };
    let Some(above) = lines.len().checked_sub(count).filter(|above| *above > 0) else { return lines };
    let cause = find(lines.iter().map(String::as_str)).map(|found| found.line);
    let at = cause.and_then(|cause| lines.iter().position(|line| *line == cause));
    match at {
        Some(at) if at < above => {
            let mut shown = vec![lines[at].clone(), LEFT_OUT.to_owned()];
            shown.extend_from_slice(&lines[lines.len() - count.saturating_sub(2)..]);
            shown
        }
        _ => lines[above..].to_vec(),
    }
}

fn is_noise(line: &str) -> bool {
    table().noise.lines.iter().any(|pattern| pattern.0.is_match(line))
}

/// The lines that are in no block of noise. One without an end is none.
fn without_blocks(lines: &[String]) -> Vec<&String> {
    let mut kept = Vec::new();
    let mut rest = lines;
    while let [line, below @ ..] = rest {
        let block = table().noise.block.iter().find(|block| block.from.0.is_match(line));
        let end = block.and_then(|block| below.iter().position(|line| block.to.0.is_match(line)));
        rest = end.map_or(below, |end| &below[end + 1..]);
        if end.is_none() {
            kept.push(line);
        }
    }
    kept
}
