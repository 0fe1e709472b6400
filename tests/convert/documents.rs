use herald::convert::document;

use super::{assert_golden, text};

const BEGIN: &str =
    "<!-- The tables below are made from the code: UPDATE_GOLDEN=1 cargo test --test convert -->\n";

#[test]
fn the_table_of_every_option_is_what_the_code_says() {
    let page = text("docs/migration.md");
    let (before, _) = page.split_once(BEGIN).expect("the place of the tables");
    assert_golden("docs/migration.md", &format!("{before}{BEGIN}\n{}", document()));
}

#[test]
fn every_example_is_in_its_list() {
    let list = text("configs/migration/README.md");
    for entry in std::fs::read_dir(super::root().join("configs/migration")).expect("a directory") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        assert!(name == "README.md" || list.contains(&format!("`{name}`")), "{name}");
    }
}
