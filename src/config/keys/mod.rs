//! Every key a file may hold, once: the reader looks keys up here, so unknown keys, messages,
//! defaults and the reference file cannot disagree.

mod agent;
mod check;
mod check_local;
mod haproxy;
mod hook;
mod neighbor;
mod service;

use std::time::Duration;

/// A table of the file.
#[derive(Debug)]
pub(super) struct Table {
    /// What it is for.
    pub(super) meaning: &'static str,
    /// Its keys in the order of the reference: tables after all others, as TOML wants it.
    pub(super) keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) absent: Absent,
    /// A value as it is written in TOML; for a [`Form::Named`], a name; for a [`Form::Kind`], the name
    /// of a table around it.
    pub(super) example: &'static str,
    /// What it is for.
    pub(super) meaning: &'static str,
    /// Whether the reference sets it, because a valid file needs it or one of its kind.
    pub(super) set_in_reference: bool,
    /// What a running agent does when it differs after a reload.
    pub(super) reload: Reload,
}

/// What a reload does with a key that has changed, as it is told to people; what is done is decided in
/// `config::change`, and a test holds the two together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reload {
    /// It is taken over, and no session notices.
    InPlace,
    /// It resets the sessions that it applies to.
    Resets,
    /// It resets them only then.
    ResetsIf(&'static str),
    /// Only a new start takes it over.
    Restarts,
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Boolean,
    /// A whole number within these bounds.
    Integer(u64, u64),
    /// A duration within these bounds.
    Duration(Duration, Duration),
    /// A duration of whole seconds within these bounds.
    Seconds(Duration, Duration),
    /// A share from `"1%"` to `"100%"`.
    Share,
    /// A string, said in words.
    Text(&'static str),
    /// A list of strings; the words are for one of them.
    List(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// More than one type, said in words.
    Mixed(&'static str),
    /// A table.
    Table(&'static Table),
    /// A table of which exactly one of several must be there.
    Kind(&'static Table),
    /// A table in one line: all of it is there, or nothing.
    Inline(&'static Table),
    /// A table of tables, each with a name of the operator's choice.
    Named(&'static Table),
    /// A list of tables, each with a header of its own: `[[service.web.hook]]`.
    Tables(&'static Table),
}

/// What holds when a key is left out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Absent {
    /// It may not be left out.
    Fault,
    /// The same as if this was written.
    Default(&'static str),
    /// What these words say.
    Otherwise(&'static str),
}

impl Key {
    const fn new(name: &'static str, form: Form, meaning: &'static str) -> Self {
        let absent = Absent::Otherwise("");
        let reload = Reload::InPlace;
        Self { name, form, absent, example: "", meaning, set_in_reference: false, reload }
    }

    /// It must be there, for example like this.
    const fn required(mut self, example: &'static str) -> Self {
        self.absent = Absent::Fault;
        self.example = example;
        self.set_in_reference = true;
        self
    }

    /// Left out, it has this value.
    const fn default(mut self, value: &'static str) -> Self {
        self.absent = Absent::Default(value);
        self.example = value;
        self
    }

    /// Left out, it means what `words` say.
    const fn otherwise(mut self, words: &'static str, example: &'static str) -> Self {
        self.absent = Absent::Otherwise(words);
        self.example = example;
        self
    }

    /// The reference sets it to this example.
    const fn set_to(mut self, example: &'static str) -> Self {
        self.example = example;
        self.set_in_reference = true;
        self
    }

    const fn resets(mut self) -> Self {
        self.reload = Reload::Resets;
        self
    }

    const fn resets_if(mut self, condition: &'static str) -> Self {
        self.reload = Reload::ResetsIf(condition);
        self
    }

    const fn restarts(mut self) -> Self {
        self.reload = Reload::Restarts;
        self
    }

    const fn says(mut self, meaning: &'static str) -> Self {
        self.meaning = meaning;
        self
    }

    const fn table(name: &'static str, table: &'static Table) -> Self {
        Self::new(name, Form::Table(table), table.meaning)
    }

    /// `example` names the table in which the reference shows it.
    const fn kind(name: &'static str, example: &'static str, table: &'static Table) -> Self {
        Self::new(name, Form::Kind(table), table.meaning).otherwise("another kind", example)
    }

    const fn named(name: &'static str, example: &'static str, table: &'static Table) -> Self {
        Self::new(name, Form::Named(table), table.meaning).otherwise("none", example)
    }

    const fn tables(name: &'static str, table: &'static Table) -> Self {
        Self::new(name, Form::Tables(table), table.meaning).otherwise("none", "")
    }
}

impl Table {
    /// The key of that name.
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// The whole file.
pub(super) static FILE: Table = Table {
    meaning: "",
    keys: &[
        Key::table("agent", &agent::AGENT),
        Key::table("bgp", &agent::BGP),
        Key::named("region", "northeurope", &agent::REGION),
        Key::named("neighbor", "rs-0", &neighbor::NEIGHBOR),
        Key::named("haproxy", "local", &haproxy::HAPROXY),
        Key::named("service", "web", &service::SERVICE),
    ],
};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

const fn ms(count: u32) -> Duration {
    MS.saturating_mul(count)
}

const fn seconds(count: u32) -> Duration {
    SECOND.saturating_mul(count)
}

/// A program and its arguments.
const COMMAND: Form = Form::List("a string, the first an absolute path");

/// RFC 6793; 0, AS_TRANS and the last number of each size are refused by the reader.
const AS_NUMBER: Form = Form::Integer(1, 4_294_967_295);

/// Three of them and the AS itself fit one AS_PATH segment of 255 (RFC 4271 §4.3).
const PREPEND: Key = Key::new("prepend", Form::Integer(0, 64), "").default("0");
const MED: Key = Key::new("med", Form::Integer(0, 4_294_967_295), "").otherwise("none", "100");
const COMMUNITIES: Key =
    Key::new("communities", Form::List("ASN:VALUE or a well-known name such as \"no-export\""), "")
        .default("[]");
const LARGE_COMMUNITIES: Key =
    Key::new("large-communities", Form::List("GLOBAL:LOCAL1:LOCAL2"), "").default("[]");
const CA_FILE: Key = Key::new(
    "ca-file",
    Form::Text("an absolute path"),
    "File with the certificates (PEM) of the authorities that are trusted, and no others.",
)
.otherwise("those that the machine trusts", "\"/etc/herald/ca.pem\"");
const INSECURE: Key =
    Key::new("insecure", Form::Boolean, "true believes any certificate.").default("false");
