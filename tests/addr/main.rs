//! `addr` against the real kernel. Every test has a network namespace of its own; needs root.

#![allow(unsafe_code, reason = "setns and dropping privileges of one thread have no safe wrapper")]
#![allow(clippy::disallowed_methods, reason = "these tests wait for the real kernel")]

mod namespace;
mod running;

use std::time::{Duration, Instant};

use herald::addr::{Error, MARK, check};
use herald::base::{LoopbackAddress, Scope};
use namespace::{Namespace, Shown, block_on, wait_for};
use running::{Running, address, labelled};

const NINE: &str = "9.9.9.9";
const SIX: &str = "2001:db8::9";

fn nine() -> LoopbackAddress {
    labelled(NINE, "lo:9")
}

fn shown(length: u64, label: Option<&str>, scope: &str) -> Option<Shown> {
    Some(Shown { length, label: label.map(str::to_owned), scope: scope.into(), tentative: false })
}

#[test]
fn both_families_are_bound_with_their_mark_ipv4_with_label_and_scope() {
    let namespace = Namespace::new();
    let host = LoopbackAddress { scope: Scope::Host, ..address("9.9.9.8", "lo") };
    let wanted = [nine(), host, address(SIX, "lo")];
    let mut running = Running::start(&namespace, wanted.clone());
    running.until_bound(wanted);
    assert_eq!(namespace.shown("lo", NINE), shown(32, Some("lo:9"), "global"));
    assert_eq!(namespace.shown("lo", "9.9.9.8"), shown(32, Some("lo"), "host"));
    assert_eq!(namespace.shown("lo", SIX), shown(128, None, "global"));
    for address in [NINE, "9.9.9.8", SIX] {
        assert_eq!(namespace.mark(address), Some(MARK), "{address}");
    }
}

#[test]
fn what_is_not_wanted_any_more_is_removed_before_the_report_says_so() {
    let namespace = Namespace::new();
    let (nine, six) = (nine(), address(SIX, "lo"));
    let mut running = Running::start(&namespace, [nine.clone(), six.clone()]);
    running.until_bound([nine.clone(), six]);
    running.want([nine.clone()]);
    running.until_bound([nine]);
    assert_eq!(namespace.shown("lo", SIX), None);
    running.want([]);
    running.until_bound([]);
    assert_eq!(namespace.shown("lo", NINE), None);
}

#[test]
fn an_address_that_somebody_deletes_is_put_back_with_a_warning_and_no_report() {
    let namespace = Namespace::new();
    let wanted = [nine(), address(SIX, "lo")];
    let mut running = Running::start(&namespace, wanted.clone());
    running.until_bound(wanted);
    for (length, address) in [(32, NINE), (128, SIX)] {
        namespace.ip(&format!("addr del {address}/{length} dev lo"));
        wait_for("the address to be back", || namespace.shown("lo", address).is_some());
        let said = format!("{address} was removed from lo, not by herald: put back");
        wait_for("the warning", || running.log.lines(&said).iter().any(|l| l.contains("WARN")));
    }
    running.want([]);
    running.until_bound([]);
    assert_eq!(namespace.shown("lo", SIX), None, "the pause after a put-back is no reason to stay");
    assert_eq!(running.seen.len(), 2, "{:?}", running.seen);
}

#[test]
fn a_fight_over_an_address_does_not_spin_and_is_won_in_the_end() {
    let namespace = Namespace::new();
    let mut running = Running::start(&namespace, [nine()]);
    running.until_bound([nine()]);
    let (end, mut deletions) = (Instant::now() + Duration::from_secs(2), 0);
    while Instant::now() < end {
        deletions += u32::from(namespace.try_ip("addr del 9.9.9.9/32 dev lo label lo:9").is_ok());
    }
    // Pauses of 0, 0.1, 0.2, 0.4, 0.8 and 1.6 s, each up to a quarter shorter.
    assert!((2..=7).contains(&deletions), "{deletions} deletions in 2 s");
    running.until_bound([nine()]);
    let fault = running.seen.iter().find_map(|report| report.faults.get(&nine()));
    let fault = fault.expect("the fight was reported").as_str();
    assert!(fault.contains("somebody else keeps removing it"), "{fault}");
    assert!(namespace.shown("lo", NINE).is_some());
}

#[test]
fn an_address_of_somebody_else_counts_as_bound_is_said_once_and_stays() {
    let namespace = Namespace::new();
    namespace.ip("addr add 9.9.9.9/32 dev lo");
    namespace.ip("addr add 2001:db8::9/128 dev lo nodad");
    let monitor = namespace.monitor();
    let wanted = [nine(), address(SIX, "lo")];
    let mut running = Running::start(&namespace, wanted.clone());
    running.until_bound(wanted);
    running.want([nine()]);
    running.until_bound([nine()]);
    running.want([]);
    running.until_bound([]);
    let said = "9.9.9.9, 2001:db8::9 are on lo already, not by herald: left as they are, and they \
                stay when herald stops";
    assert_eq!(running.log.lines(said).len(), 1, "{}", running.log.text());
    assert_eq!(running.log.lines("not by herald").len(), 1, "{}", running.log.text());
    assert_eq!(namespace.shown("lo", NINE), shown(32, Some("lo"), "global"));
    assert_eq!(monitor.lines_about(&namespace, NINE), Vec::<String>::new());
    // The kernel may tell late of what was added before.
    let six = monitor.lines_about(&namespace, SIX);
    assert!(six.len() <= 1 && !six.iter().any(|line| line.contains("Deleted")), "{six:?}");
}

#[test]
fn the_next_run_adopts_without_a_gap_and_removes_what_is_not_wanted() {
    let namespace = Namespace::new();
    let (old, six) = (labelled("9.9.9.8", "lo:8"), address(SIX, "lo"));
    let mut first = Running::start(&namespace, [nine(), old.clone(), six.clone()]);
    first.until_bound([nine(), old, six.clone()]);
    first.end().expect("an orderly end");
    assert!(namespace.shown("lo", NINE).is_some(), "the end leaves addresses as they are");
    namespace.ip("addr add 9.9.9.7/32 dev lo label lo:9");

    let monitor = namespace.monitor();
    let mut second = Running::start(&namespace, [nine(), six.clone()]);
    second.until_bound([nine(), six]);
    assert_eq!(monitor.lines_about(&namespace, NINE), Vec::<String>::new());
    assert_eq!(monitor.lines_about(&namespace, SIX), Vec::<String>::new());
    assert_eq!(namespace.shown("lo", "9.9.9.8"), None);
    assert!(namespace.shown("lo", "9.9.9.7").is_some(), "the label alone does not make it ours");
    let said = "9.9.9.8 removed from lo: left by an earlier run of herald, and not wanted";
    assert_eq!(second.log.lines(said).len(), 1, "{}", second.log.text());
    let said = "9.9.9.9, 2001:db8::9 are on lo from an earlier run of herald: taken over";
    assert_eq!(second.log.lines(said).len(), 1, "{}", second.log.text());
}

#[test]
fn another_label_or_scope_replaces_the_address() {
    let namespace = Namespace::new();
    let mut running = Running::start(&namespace, [nine()]);
    running.until_bound([nine()]);
    let other = labelled(NINE, "lo:anycast");
    running.want([nine(), other.clone()]);
    running.until_bound([nine(), other.clone()]);
    assert_eq!(namespace.shown("lo", NINE), shown(32, Some("lo:9"), "global"));
    running.want([other.clone()]);
    running.until_bound([other.clone()]);
    assert_eq!(namespace.shown("lo", NINE), shown(32, Some("lo:anycast"), "global"));
    let host = LoopbackAddress { scope: Scope::Host, ..other };
    running.want([host.clone()]);
    running.until_bound([host]);
    assert_eq!(namespace.shown("lo", NINE), shown(32, Some("lo:anycast"), "host"));
    let said = running.log.lines("removed from lo and bound again, with new label or scope");
    assert_eq!(said.len(), 2, "{}", running.log.text());
}

#[test]
fn an_interface_may_come_late_go_down_and_vanish() {
    let namespace = Namespace::new();
    let wanted = [address(NINE, "d0"), address(SIX, "d0")];
    let mut running = Running::start(&namespace, wanted.clone());
    running.until_fault(&wanted[0], "there is no interface d0; there is lo: create it");

    namespace.ip("link add d0 type veth peer name d1");
    running.until_fault(&wanted[0], "d0 is down");
    namespace.ip("link set d0 up");
    running.until_bound(wanted.clone());

    namespace.ip("link set d0 down");
    running.until_fault(&wanted[1], "`ip link set d0 up`");
    namespace.ip("link set d0 up");
    running.until_bound(wanted.clone());
    assert!(namespace.shown("d0", SIX).is_some_and(|shown| !shown.tentative));

    namespace.ip("link del d0");
    running.until_fault(&wanted[1], "there is no interface d0");
    namespace.ip("link add d0 type veth peer name d1");
    namespace.ip("link set d0 up");
    running.until_bound(wanted);
    assert_eq!(running.log.lines("put back"), Vec::<String>::new());
}

#[test]
fn what_the_kernel_refuses_is_a_fault_with_the_way_out_and_tried_again() {
    let namespace = Namespace::new();
    set_ipv6(&namespace, false);
    let six = address(SIX, "lo");
    let mut running = Running::start(&namespace, [nine(), six.clone()]);
    running.until_fault(&six, "`sysctl -w net.ipv6.conf.lo.disable_ipv6=0`");
    assert!(namespace.shown("lo", NINE).is_some(), "the other address does not suffer");
    set_ipv6(&namespace, true);
    running.until_bound([nine(), six]);
    assert_eq!(running.log.lines("cannot be bound to lo").len(), 1, "{}", running.log.text());
}

/// Switches IPv6 on `lo`. The file is that of the namespace which the writer is in.
fn set_ipv6(namespace: &Namespace, on: bool) {
    namespace.inside(move || {
        let value = if on { "0" } else { "1" };
        std::fs::write("/proc/sys/net/ipv6/conf/lo/disable_ipv6", value).expect("a sysctl");
    });
}

#[test]
fn without_the_capability_the_check_says_so_and_the_keeper_reports_it() {
    let namespace = Namespace::new();
    let faults = namespace.inside(|| {
        become_nobody();
        block_on(check(&[nine(), address(SIX, "d9")].into())).expect_err("no capability")
    });
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert!(
        matches!(faults[..], [Error::NotPermitted, Error::UnknownInterface { .. }]),
        "{lines:?}"
    );
    assert!(lines[0].contains("CAP_NET_ADMIN") && lines[0].contains("setcap"), "{}", lines[0]);
    assert!(lines.iter().all(|line| !line.contains('\n')), "{lines:?}");

    let mut running = Running::start_after(&namespace, [nine()], become_nobody);
    running.until_fault(&nine(), "herald lacks CAP_NET_ADMIN");
    running.end().expect("no error, only faults");
}

/// Gives up all privileges of this thread (a raw system call: libc's wrapper changes all threads).
fn become_nobody() {
    const NOBODY: libc::c_long = 65534;
    // SAFETY: takes three numbers and touches no memory.
    let done = unsafe { libc::syscall(libc::SYS_setresuid, NOBODY, NOBODY, NOBODY) };
    assert_eq!(done, 0, "setresuid: {}", std::io::Error::last_os_error());
}

#[test]
fn the_check_changes_nothing_and_names_the_interfaces_that_exist() {
    let namespace = Namespace::new();
    namespace.ip("link add d0 type veth peer name d1");
    let before = namespace.ip("addr show");
    let check = |wanted: Vec<LoopbackAddress>| {
        namespace.inside(move || block_on(check(&wanted.into_iter().collect())))
    };
    check(vec![nine(), address(SIX, "d0")]).expect("nothing is wrong");
    check(vec![]).expect("nothing is wanted");
    let faults = check(vec![address(NINE, "d9"), address(SIX, "e9")]).expect_err("no interfaces");
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("there is no interface d9; there is d0, d1, lo"), "{lines:?}");
    assert_eq!(namespace.ip("addr show"), before);
}

#[test]
fn lost_events_lead_to_a_look_at_everything() {
    let namespace = Namespace::new();
    let mut running = Running::start(&namespace, [nine()]);
    running.until_bound([nine()]);
    running.while_paused(|| {
        let line = |n: usize| format!("addr add 10.9.{}.{}/32 dev lo\n", n / 250, n % 250 + 1);
        namespace.ip_batch(&(0..2000).map(line).collect::<String>());
        namespace.ip("addr del 9.9.9.9/32 dev lo");
    });
    wait_for("the address to be back", || namespace.shown("lo", NINE).is_some());
    let lost = running.log.lines("events of the kernel were lost");
    assert!(!lost.is_empty(), "the test did not overrun the socket:\n{}", running.log.text());
    assert_eq!(namespace.count("lo"), 2 + 2000 + 1, "nothing else was touched");
}

#[test]
fn a_second_herald_on_one_machine_leaves_the_addresses_of_the_first() {
    let namespace = Namespace::new();
    let eight = address("9.9.9.8", "lo");
    let mut first = Running::start(&namespace, [nine()]);
    first.until_bound([nine()]);
    let monitor = namespace.monitor();
    let mut second = Running::start(&namespace, [eight.clone()]);
    second.until_bound([eight.clone()]);
    assert_eq!(second.log.lines("another herald keeps addresses").len(), 1);
    // The first starts again beside the second.
    first.end().expect("an orderly end");
    let mut first = Running::start(&namespace, [nine()]);
    first.until_bound([nine()]);
    assert_eq!(monitor.lines_about(&namespace, NINE), Vec::<String>::new());
    assert_eq!(monitor.lines_about(&namespace, "9.9.9.8").len(), 1, "bound, and never removed");
    // Whoever is alone cleans up.
    first.end().expect("an orderly end");
    second.end().expect("an orderly end");
    let mut third = Running::start(&namespace, [eight.clone()]);
    third.until_bound([eight]);
    assert_eq!(namespace.shown("lo", NINE), None);
    assert_eq!(third.log.lines("another herald"), Vec::<String>::new());
}

#[test]
fn a_thousand_addresses_come_and_go_in_well_under_a_second() {
    let namespace = Namespace::new();
    let mut running = Running::start(&namespace, []);
    running.until_bound([]);
    let one = |n: usize| labelled(&format!("10.9.{}.{}", n / 250, n % 250 + 1), "lo:9");
    let thousand: Vec<_> = (0..1000).map(one).collect();

    let start = Instant::now();
    running.want(thousand.clone());
    running.until_bound(thousand.clone());
    let added = start.elapsed();
    assert_eq!(namespace.count("lo"), 2 + 1000);
    let start = Instant::now();
    running.want([]);
    running.until_bound([]);
    let removed = start.elapsed();
    println!("1000 addresses: added in {added:?}, removed in {removed:?}");
    assert_eq!(namespace.count("lo"), 2);
    assert_eq!(running.seen.len(), 3, "one report for each pass");
    assert!(added < Duration::from_secs(1) && removed < Duration::from_secs(1));
    assert!(running.log.lines("and 995 more bound to lo").len() == 1, "{}", running.log.text());
}
