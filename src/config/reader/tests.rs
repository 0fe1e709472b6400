use super::environment::{Incomplete, replaced};

fn environment(name: &str) -> Option<String> {
    match name {
        "HOST" => Some("lb".to_owned()),
        "NESTED" => Some("${HOST}".to_owned()),
        _ => None,
    }
}

#[test]
fn variables_are_replaced_wherever_they_stand() {
    for (text, done) in [
        ("", ""),
        ("plain $HOST {HOST} $", "plain $HOST {HOST} $"),
        ("${HOST}", "lb"),
        ("a${HOST}b${HOST}c", "albblbc"),
    ] {
        assert_eq!(replaced(text, environment).as_deref(), Ok(done), "{text}");
    }
}

#[test]
fn what_a_variable_holds_is_not_replaced_again() {
    assert_eq!(replaced("${NESTED}", environment).as_deref(), Ok("${HOST}"));
}

#[test]
fn a_missing_variable_is_named() {
    let unset = Err(Incomplete::Unset("NOWHERE_1".to_owned()));
    assert_eq!(replaced("x${NOWHERE_1}", environment), unset);
}

#[test]
fn what_names_no_variable_is_refused() {
    for text in ["${", "${HOST", "${}", "${1A}", "${A B}", "${A-B}", "a ${HOST} ${é}"] {
        assert_eq!(replaced(text, environment), Err(Incomplete::Malformed), "{text}");
    }
}
