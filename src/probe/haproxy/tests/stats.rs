use super::super::answer::{Answer, Malformed, Server, Worker};
use super::super::stats;
use super::HEADER;

/// Recorded from HAProxy 2.6.12 (Debian 12).
const V2_6: &str = include_str!("tables/haproxy-2.6.txt");
/// Recorded from HAProxy 3.5-dev5.
const V3_5: &str = include_str!("tables/haproxy-3.5.txt");

fn server<'a>(answer: &'a Answer, name: &str) -> &'a Server {
    answer.server(&format!("http_back/{name}")).unwrap()
}

#[test]
fn recorded_answers_of_old_and_new_versions_read_the_same() {
    for (text, pid) in [(V2_6, 14041), (V3_5, 14089)] {
        let answer = stats::parse(text).unwrap();
        assert_eq!(answer.worker, Some(Worker { pid, stopping: false }));
        assert_eq!(answer.frontends["http_front"], "OPEN");
        let names: Vec<_> =
            answer.backends["http_back"].servers.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["live", "dead", "plain", "spare", "away", "tracking"]);
        assert_eq!(answer.backends["empty"].status, "UP");
        assert!(answer.backends["empty"].servers.is_empty());

        let live = server(&answer, "live");
        assert_eq!((live.status.as_str(), live.weight, live.backup), ("UP", 1, false));
        let check = live.check.as_ref().unwrap();
        assert_eq!((check.rise, check.fall, check.health), (2, 3, 4));
        assert_eq!((check.result.status.as_str(), check.running), ("L4OK", false));
        assert_eq!(check.result.info, "Layer4 check passed");

        let dead = server(&answer, "dead");
        let check = dead.check.as_ref().unwrap();
        assert_eq!((dead.status.as_str(), dead.downs, check.failures), ("DOWN", 1, 1));
        assert!(check.result.info.contains("Connection refused"), "{}", check.result.info);

        assert_eq!(server(&answer, "plain").status, "no check");
        assert_eq!(server(&answer, "plain").check, None);
        assert!(server(&answer, "spare").backup);
        assert_eq!(server(&answer, "away").status, "MAINT");
        assert_eq!(server(&answer, "away").check, None, "checks are paused in maintenance");
        assert_eq!(server(&answer, "tracking").tracked.as_deref(), Some("http_back/live"));
    }
}

#[test]
fn columns_are_found_by_name_wherever_they_stand() {
    let text = "# pxname,new,type,status,svname,bck,weight,check_health,check_status,\n\
                b,x,2,UP,s,0,7,4,* L7OK,\n\n";
    let answer = stats::parse(text).unwrap();
    let server = answer.server("b/s").unwrap();
    assert_eq!((server.name.as_str(), server.weight), ("s", 7));
    let check = server.check.as_ref().unwrap();
    assert_eq!((check.health, check.running, check.result.status.as_str()), (4, true, "L7OK"));
}

#[test]
fn rows_shorter_than_the_header_and_unknown_kinds_are_borne() {
    let text =
        format!("{HEADER}\nb,sock-1,OPEN,,,,,,,,3\nb,odd,?,,,,,,,,9,\nb,s,UP,1,1,0,,,,,2\n\n");
    let answer = stats::parse(&text).unwrap();
    assert_eq!(answer.backends["b"].servers.len(), 1);
}

#[test]
fn quoted_cells_are_read_and_control_characters_do_not_reach_a_terminal() {
    let row = "b,s,DOWN,1,1,0,1,1,0,,2,L7STS,500,1,\"said \"\"no\"\", \u{1b}[2J\",x,1,1,0,";
    let answer = stats::parse(&format!("{HEADER}\n{row}\n\n")).unwrap();
    let check = answer.server("b/s").unwrap().check.as_ref().unwrap();
    assert_eq!(check.result.info, "said \"no\", [2J");
}

#[test]
fn the_page_over_http_has_no_worker() {
    let answer = stats::parse(&format!("{HEADER}\n")).unwrap();
    assert_eq!(answer.worker, None);
}

#[test]
fn a_stopping_worker_says_so() {
    let text = format!("Pid: 9\nStopping: 1\n\n{HEADER}\n\n");
    assert_eq!(stats::parse(&text).unwrap().worker, Some(Worker { pid: 9, stopping: true }));
}

#[test]
fn what_is_not_an_answer_is_refused_with_its_beginning() {
    assert_eq!(stats::parse("Permission denied\n\n"), Err(Malformed::Level));
    assert_eq!(
        stats::parse("SSH-2.0-OpenSSH_9.2p1\r\n"),
        Err(Malformed::NoHeader("SSH-2.0-OpenSSH_9.2p1\r\n".to_owned()))
    );
    assert_eq!(stats::parse(""), Err(Malformed::NoHeader(String::new())));
    let without = HEADER.replace("weight,", "");
    assert_eq!(stats::parse(&without), Err(Malformed::NoColumn("weight")));
}
