use super::{Entry, Section};
use crate::base::Prefix;
use crate::convert::draft::{Check, Draft, Hook, Loopback, Service};
use crate::convert::findings::{Findings, Kind};
use crate::convert::source::Word;
use crate::convert::tables::ANYCAST;
use crate::convert::{command, names, value};

/// Defaults of anycast_healthchecker.
const INTERVAL: f64 = 10.0;
const TIMEOUT: f64 = 2.0;
const COUNT: u32 = 2;
const HOOK_TIMEOUT: f64 = 2.0;

/// Adds the service of a section.
pub(super) fn read(name: &str, section: &Section, draft: &mut Draft, findings: &mut Findings) {
    let mut options = Options { entries: Vec::new() };
    for entry in &section.entries {
        if findings.judge(&ANYCAST, "service", &entry.option).is_some() {
            options.entries.push(entry);
        }
    }
    let Some(prefix) = options.get("ip_prefix") else {
        let help = "add ip_prefix = 192.0.2.1/32";
        findings.fault(section.place, "this service has no ip_prefix", "it is required", help);
        return;
    };
    let Some(network) = value::network(prefix, findings) else { return };
    let is_disabled = options.boolean("check_disabled", true, findings);
    let mut service = Service {
        name: names::name(name, "service"),
        loopback: Loopback {
            unbound: options.boolean("ip_check_disabled", false, findings),
            interface: options.get("interface").map(|word| word.text.clone()),
            ..Loopback::default()
        },
        hooks: hooks(&options, findings),
        ..Service::default()
    };
    match Prefix::new(network.trunc().addr(), network.prefix_len()) {
        Some(host) if host.is_host() => service.addresses.push(host.address()),
        Some(network) => service.prefixes.push(network),
        None => {}
    }
    if is_disabled {
        disable(&mut service, &options, section, findings);
    } else {
        service.checks.extend(check(section, &options, findings));
    }
    draft.add_service(service);
}

/// The options of a service that are known and carried.
struct Options<'a> {
    entries: Vec<&'a Entry>,
}

impl Options<'_> {
    fn get(&self, option: &str) -> Option<&Word> {
        let entry = self.entries.iter().find(|entry| entry.option.text == option);
        entry.map(|entry| &entry.value)
    }

    fn boolean(&self, option: &str, default: bool, findings: &mut Findings) -> bool {
        let said = self.get(option).and_then(|word| value::boolean(word, findings));
        said.unwrap_or(default)
    }

    /// Seconds within bounds.
    fn fit(
        &self,
        option: &str,
        bounds: value::Bounds,
        default: f64,
        findings: &mut Findings,
    ) -> std::time::Duration {
        let given = self.get(option).and_then(|word| {
            let seconds = value::seconds(word, findings)?;
            Some(bounds.fit(seconds, word, findings))
        });
        given.unwrap_or(std::time::Duration::from_secs_f64(default))
    }
}

/// The check is off, which is the default of anycast_healthchecker.
fn disable(
    service: &mut Service,
    options: &Options<'_>,
    section: &Section,
    findings: &mut Findings,
) {
    let advertises = options.get("on_disabled").is_some_and(|word| word.text == "advertise");
    service.disabled = !advertises;
    let fate = match advertises {
        true => "on_disabled = advertise announces it whether it works or not",
        false => "it is withdrawn: enabled = false",
    };
    service.comments.push(format!("The check was disabled: {fate}."));
    let place = options.get("check_disabled").map_or(section.place, |word| word.place);
    let words = format!("check_disabled is true, also when left out, and the check is off: {fate}");
    findings.note(Kind::Remark, place, words);
}

fn check(section: &Section, options: &Options<'_>, findings: &mut Findings) -> Option<Check> {
    let Some(line) = options.get("check_cmd") else {
        let help = "add check_cmd = /usr/bin/...";
        findings.fault(section.place, "this service has no check_cmd", "it is required", help);
        return None;
    };
    let (kind, why) = command::check(argv(line, findings)?);
    if let Some(why) = why {
        findings.note(Kind::Remark, line.place, format!("check_cmd: {why}"));
    }
    let mut count = |option: &str| {
        options.get(option).and_then(|word| value::count(word, findings)).unwrap_or(COUNT)
    };
    let (rise, fall) = (count("check_rise"), count("check_fail"));
    Some(Check {
        name: "health".to_owned(),
        kind,
        interval: options.fit("check_interval", value::INTERVAL, INTERVAL, findings),
        fast_interval: None,
        timeout: Some(options.fit("check_timeout", value::TIMEOUT, TIMEOUT, findings)),
        rise,
        fall,
    })
}

/// A command that no shell reads; what cannot be carried is a fault.
fn argv(line: &Word, findings: &mut Findings) -> Option<Vec<String>> {
    let argv = command::without_shell(&line.text);
    if argv.is_none() {
        command::refuse(line, findings);
    }
    argv
}

fn hooks(options: &Options<'_>, findings: &mut Findings) -> Vec<Hook> {
    let Some(line) = options.get("custom_bird_reconfigure_cmd") else { return Vec::new() };
    let Some(argv) = argv(line, findings) else { return Vec::new() };
    let timeout = options.fit(
        "custom_bird_reconfigure_cmd_timeout",
        value::HOOK_TIMEOUT,
        HOOK_TIMEOUT,
        findings,
    );
    let hook = |state: &'static str| Hook {
        on: vec![state],
        command: argv.iter().cloned().chain([state.to_owned()]).collect(),
        timeout: Some(timeout),
    };
    vec![hook("up"), hook("down")]
}
