use herald::convert::{Conversion, Format, Input, Request};

use super::{assert_golden, converted, input, loaded, text, written};

/// Compares what is written, and what is said, with the golden; herald must take it.
fn assert_converts(golden: &str, conversion: &Conversion) {
    if let Some(faults) = &conversion.faults {
        panic!("{golden}: {faults}");
    }
    loaded(&conversion.toml);
    assert_golden(golden, &conversion.toml);
    for note in &conversion.notes {
        // A comment is filled to its width: only the words are the same.
        let head: Vec<&str> =
            conversion.toml.lines().take_while(|line| line.starts_with('#')).collect();
        let said = head.join(" ").replace("# ", " ").replace('#', " ");
        let words =
            |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
        assert!(
            words(&said).contains(&words(&note.to_string())),
            "{note} is not in the head:\n{said}"
        );
    }
}

fn request(files: Vec<Input>) -> Request {
    Request { files, ..Request::default() }
}

/// With a neighbour from the command line.
fn beside_a_router(files: Vec<Input>) -> Request {
    Request {
        local_as: Some(65010),
        router_id: Some("192.0.2.10".parse().expect("an address")),
        neighbors: vec![("192.0.2.1".parse().expect("an address"), 65000)],
        ..request(files)
    }
}

/// A file of `configs/migration`.
fn example(name: &str) -> Input {
    written(name, text(&format!("configs/migration/{name}")))
}

#[test]
fn the_examples_that_ship_are_what_the_converter_writes() {
    let exabgp = request(vec![example("exabgp.conf"), example("shop.options")]);
    assert_converts("configs/migration/exabgp.toml", &converted(Format::Exabgp, exabgp));
    let anycast = Request {
        bird: vec![example("bird.conf")],
        ..request(vec![example("anycast-healthchecker.conf")])
    };
    let anycast = converted(Format::AnycastHealthchecker, anycast);
    assert_converts("configs/migration/anycast-healthchecker.toml", &anycast);
    let keepalived =
        converted(Format::Keepalived, beside_a_router(vec![example("keepalived.conf")]));
    assert_converts("configs/migration/keepalived.toml", &keepalived);
}

#[test]
fn both_regions_of_the_azure_design_are_as_their_goldens_say() {
    for name in ["northeurope", "westeurope"] {
        let request = Request {
            region: Some(name.to_owned()),
            label: Some("lo:9".to_owned()),
            ..request(vec![input(&format!("azure-{name}.conf"))])
        };
        let golden = format!("tests/convert/golden/azure-{name}.toml");
        assert_converts(&golden, &converted(Format::Exabgp, request));
    }
}

#[test]
fn groups_of_version_3_become_neighbours_and_one_service_for_each_metric() {
    let conversion = converted(Format::Exabgp, request(vec![input("groups.conf")]));
    assert_converts("tests/convert/golden/groups.toml", &conversion);
}

#[test]
fn routes_that_neighbours_get_differently_leave_the_difference_to_the_neighbours() {
    let conversion = converted(Format::Exabgp, request(vec![input("routes.conf")]));
    assert_converts("tests/convert/golden/routes.toml", &conversion);
}

#[test]
fn what_only_one_neighbour_gets_and_what_nobody_knows_is_said() {
    let conversion = converted(Format::Exabgp, request(vec![input("own.conf")]));
    assert_converts("tests/convert/golden/own.toml", &conversion);
    let said: Vec<String> = conversion.notes.iter().map(ToString::to_string).collect();
    for unknown in ["own.conf:8: colour", "own.conf:11: weather", "own.conf:10: process announcer"]
    {
        assert!(said.iter().any(|note| note.contains(unknown)), "{unknown}: {said:?}");
    }
}

#[test]
fn options_of_the_python_format_are_inherited_continued_and_interpolated() {
    let request = Request {
        neighbors: vec![
            ("192.0.2.1".parse().expect("an address"), 65000),
            ("2001:db8::1".parse().expect("an address"), 65000),
        ],
        ..beside_a_router(vec![input("many.conf")])
    };
    let mut conversion = converted(Format::AnycastHealthchecker, request);
    // The session over IPv4 has no next hop for the IPv6 service: that is for the operator to say.
    let faults = conversion.faults.take().expect("a next hop is missing").to_string();
    assert!(faults.contains("needs next-hop"), "{faults}");
    assert_golden("tests/convert/golden/many.toml", &conversion.toml);
}

#[test]
fn what_is_missing_is_a_place_to_fill_in_that_herald_check_finds() {
    let conversion = converted(Format::Exabgp, request(vec![input("loose.options")]));
    assert_golden("tests/convert/golden/loose.toml", &conversion.toml);
    let faults = conversion.faults.expect("it cannot be used as it is").to_string();
    for missing in ["local-as is missing", "router-id is missing", "neither addresses nor prefixes"]
    {
        assert!(faults.contains(missing), "{missing}:\n{faults}");
    }
    // Filled in as it says, herald takes it.
    let filled: String = conversion
        .toml
        .lines()
        .map(|line| {
            let bare = line.strip_prefix("# ").unwrap_or_default();
            let key = [
                "local-as = ",
                "router-id = ",
                "[neighbor.",
                "address = ",
                "peer-as = ",
                "addresses = ",
            ];
            let taken = key.iter().any(|key| bare.starts_with(key));
            if taken { bare.to_owned() + "\n" } else { line.to_owned() + "\n" }
        })
        .collect();
    loaded(&filled);
}
