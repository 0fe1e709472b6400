use crate::convert::source::Word;

/// Options of one healthcheck that are known and carried, in the order in which they were given.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) given: Vec<Given>,
}

/// An option as given.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) option: &'static str,
    pub(super) value: Option<Word>,
}

impl Options {
    /// Whether it is given.
    pub(super) fn has(&self, option: &str) -> bool {
        self.given.iter().any(|given| given.option == option)
    }

    /// Its last value, which counts.
    pub(super) fn last(&self, option: &str) -> Option<&Word> {
        self.all(option).last()
    }

    /// All its values.
    pub(super) fn all(&self, option: &str) -> impl Iterator<Item = &Word> {
        let wanted = option.to_owned();
        let given = self.given.iter().filter(move |given| given.option == wanted);
        given.filter_map(|given| given.value.as_ref())
    }

    /// Options of a file, which come before those of the command line.
    pub(super) fn after(self, mut file: Self) -> Self {
        file.given.extend(self.given);
        file
    }
}
