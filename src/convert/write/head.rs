use crate::convert::{Format, Kind, Note};

use super::text::Text;

/// What the file opens with.
pub(crate) struct Head<'a> {
    pub(crate) format: Format,
    pub(crate) files: &'a [String],
    pub(crate) notes: &'a [Note],
}

pub(super) fn write(head: &Head<'_>, text: &mut Text) {
    let source = match head.format {
        Format::Exabgp => "exabgp",
        Format::AnycastHealthchecker => "anycast-healthchecker",
        Format::Keepalived => "keepalived",
    };
    text.fill(&format!("Written by herald convert {source} from {}.", head.files.join(", ")), "");
    text.line("#");
    text.fill(
        "Read it, and run `herald check` on it, before it is used; docs/migration.md leads from one \
         program to the other without an outage. What did not come along, or is a little different \
         here, with the file and line it comes from:",
        "",
    );
    text.line("#");
    for kind in [Kind::FillIn, Kind::NotCarried, Kind::Remark] {
        for note in head.notes.iter().filter(|note| note.kind == kind) {
            text.fill(&printable(&note.to_string()), "  ");
        }
    }
    if head.notes.is_empty() {
        text.line("# nothing");
    }
}

/// A comment holds no control characters.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
