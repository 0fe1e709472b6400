use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::file;
use super::{HISTORY, OVERRIDES};
use crate::status::{Event, Override};

/// What an earlier life of the agent has left.
#[derive(Debug, Default, PartialEq)]
pub struct Kept {
    /// The words of operators by service.
    pub overrides: BTreeMap<String, Override>,
    /// Events, oldest first.
    pub history: Vec<Event>,
}

/// Reads the state directory. What is not there is empty; what cannot be read or makes no sense is said,
/// set aside and taken as empty: what is written next would be written over it.
pub fn load(directory: &Path) -> Kept {
    Kept {
        overrides: content(directory, OVERRIDES, "the words of operators are lost"),
        history: content(directory, HISTORY, "the history begins anew"),
    }
}

fn content<T: DeserializeOwned + Default>(directory: &Path, name: &str, loss: &str) -> T {
    let file = directory.join(name);
    let file = file.display();
    let error = match file::read(directory, name) {
        Ok(content) => return content.unwrap_or_default(),
        Err(error) => error,
    };
    match file::set_aside(directory, name) {
        Ok(aside) => tracing::warn!(%file, %error, aside, "set aside; {loss}"),
        Err(failure) => tracing::warn!(%file, %error, %failure, "cannot be set aside; {loss}"),
    }
    T::default()
}
