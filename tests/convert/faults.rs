use herald::convert::{Format, Request, convert};

use super::{assert_golden, written};

/// What is said of texts that cannot be read, one after the other.
fn refusals(format: Format, texts: &[&str]) -> String {
    let mut all = String::new();
    for text in texts {
        let request = Request { files: vec![written("bad.conf", *text)], ..Request::default() };
        match convert(format, request, &|_| None) {
            Ok(conversion) => panic!("{text} is converted:\n{}", conversion.toml),
            Err(faults) => faults.iter().for_each(|fault| all += &format!("{fault}\n\n")),
        }
    }
    all
}

#[test]
fn what_exabgp_would_not_take_is_refused_with_its_place() {
    let head = "neighbor 192.0.2.1 { local-as 65010; peer-as 65000; local-address 192.0.2.10; ";
    let texts = [
        "neighbor 192.0.2.1 {\n  local-as 65010;\n",
        "neighbor 192.0.2.1 {\n  local-as 65010\n  md5-password \"s3cret\"\n}\n",
        "neighbor 192.0.2.1 { local-as 65010; }",
        "neighbor 192.0.2.300 { local-as x; peer-as 65000; md5-password s3cret; }",
        "neighbor 192.0.2.1 { local-as 65000; peer-as 65000; }",
        "}\n",
        "neighbor 192.0.2.1 { inherit nobody; peer-as 65000; description \"open; }",
        &format!("{head} static {{ route 198.51.100.1/33 next-hop self; }} }}"),
        &format!(
            "{head} static {{ route 198.51.100.1 med x community [ blue ] as-path [ y ]; }} }}"
        ),
        &format!("{head} static {{ route 10.0.0.0/8 split /32; }} }}"),
        &format!("{head} }} process a {{ encoder text; }}"),
        &format!("{head} }} process a {{ run healthcheck --config /etc/exabgp/none --rise; }}"),
        &format!("{head} }} process a {{ run healthcheck --rise; }}"),
        &format!("{head} }} process a {{ run healthcheck --ip here --interval soon stray; }}"),
        &format!(
            "{head} }} process a {{ run healthcheck --cmd \"x ${{Y:-1}}\" --neighbor 192.0.2.9; }}"
        ),
        &format!(
            "{head} }} process a {{ run healthcheck --ip 10.0.0.0/8 --deaggregate-networks; }}"
        ),
    ];
    let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
    assert_golden("tests/convert/golden/exabgp.stderr", &refusals(Format::Exabgp, &texts));
}

#[test]
fn what_anycast_healthchecker_would_not_take_is_refused_with_its_place() {
    let texts = [
        "check_cmd = /usr/bin/check\n",
        "[web]\ncheck_cmd\n",
        "[web]\ncheck_cmd = /usr/bin/check\n",
        "[web]\nip_prefix = 198.51.100.1/32\ncheck_disabled = false\n",
        "[web]\nip_prefix = here\ncheck_disabled = maybe\n",
        "[web]\nip_prefix = 198.51.100.1/32\ncheck_disabled = false\ncheck_cmd = it's\ncheck_rise = two\n",
        "[web]\nip_prefix = 198.51.100.1/32\ncheck_cmd = date +%s\n",
    ];
    let golden = "tests/convert/golden/anycast.stderr";
    assert_golden(golden, &refusals(Format::AnycastHealthchecker, &texts));
}

#[test]
fn what_keepalived_would_not_take_is_refused_with_its_place() {
    let texts = [
        "vrrp_instance web {\n  state MASTER\n",
        "}\n{\n",
        "{\n}\n",
        "vrrp_script check {\n  interval 2\n}\n",
        "vrrp_script check {\n  script \"it's\"\n  interval soon\n}\n",
        "vrrp_instance web {\n  virtual_ipaddress {\n    here\n  }\n  track_script {\n    none\n  }\n}\n",
    ];
    assert_golden("tests/convert/golden/keepalived.stderr", &refusals(Format::Keepalived, &texts));
}

#[test]
fn faults_of_bird_are_shown_with_its_file() {
    let bird = "router id nobody;\nprotocol bgp a { local as 65010; password \"s3cret\"; }\n\
                protocol bgp b { neighbor 192.0.2.1 as x; ";
    let request = Request {
        files: vec![written("anycast.conf", "[web]\nip_prefix = 198.51.100.1\n")],
        bird: vec![written("bird.conf", bird)],
        ..Request::default()
    };
    let faults = convert(Format::AnycastHealthchecker, request, &|_| None).expect_err("faults");
    let shown: String = faults.iter().map(|fault| format!("{fault}\n\n")).collect();
    assert_golden("tests/convert/golden/bird.stderr", &shown);
}

#[test]
fn no_secret_is_shown() {
    for golden in ["exabgp", "anycast", "keepalived", "bird"] {
        let shown = super::text(&format!("tests/convert/golden/{golden}.stderr"));
        assert!(!shown.contains("s3cret"), "{shown}");
    }
    for sheet in ["exabgp", "bird", "keepalived"] {
        let shown = super::text(&format!("tests/convert/options/{sheet}.txt"));
        for outcome in shown.split("=== ").filter_map(|part| part.split_once("---\n")) {
            assert!(!outcome.1.contains("s3cret"), "{}", outcome.1);
        }
    }
}
