use std::net::SocketAddr;

use rustls::ServerConfig;

use super::authority::Authority;
use super::servers::{Manner, Server, page};
use super::{seen, seen_within};

/// What http and tcp see of a server with this certificate; `name` is asked for when it is given.
async fn both(tls: ServerConfig, name: Option<&str>, trust: &str) -> [(bool, String); 2] {
    let server = Server::start_tls(page("200 OK", "ready"), tls).await;
    let address = server.address;
    [http(address, name, trust).await, tcp(address, name, trust).await]
}

async fn http(address: SocketAddr, name: Option<&str>, trust: &str) -> (bool, String) {
    let host = name.map_or(String::new(), |name| format!("host = \"{name}\", "));
    let url = format!("https://{address}/");
    let kind = format!("http = {{ url = \"{url}\", body = \"ready\", {host}{trust} }}");
    let (healthy, words) = seen(&kind).await;
    (healthy, words.strip_prefix(&format!("{url}: ")).expect("the page comes first").to_owned())
}

async fn tcp(address: SocketAddr, name: Option<&str>, trust: &str) -> (bool, String) {
    let name = name.map_or(String::new(), |name| format!("server-name = \"{name}\", "));
    let kind = format!(
        "tcp = {{ address = \"{address}\", tls = true, send = \"GET / HTTP/1.0\\r\\n\\r\\n\", \
         expect = \"ready\", {name}{trust} }}"
    );
    let (healthy, words) = seen(&kind).await;
    (healthy, words.strip_prefix(&format!("{address}: ")).expect("the address first").to_owned())
}

fn trusting(authority: &Authority) -> String {
    format!("ca-file = {:?}", authority.file())
}

fn all_healthy(seen: &[(bool, String); 2]) {
    assert!(seen.iter().all(|(healthy, _)| *healthy), "{seen:?}");
}

fn all_say(seen: &[(bool, String); 2], told: &str) {
    for (healthy, words) in seen {
        assert_eq!((*healthy, words.as_str()), (false, told));
    }
}

#[tokio::test]
async fn the_authority_of_ca_file_is_believed_for_the_address_or_the_name_that_is_asked_for() {
    let authority = Authority::new();
    let trust = trusting(&authority);
    all_healthy(&both(authority.server(&["127.0.0.1"]), None, &trust).await);
    let name = Some("www.example.com");
    all_healthy(&both(authority.server(&["www.example.com"]), name, &trust).await);
    all_healthy(&both(authority.server(&["*.example.com"]), name, &trust).await);
}

#[tokio::test]
async fn another_authority_is_not_believed() {
    let (authority, other) = (Authority::new(), Authority::new());
    let told = "certificate is signed by nobody that is trusted (ca-file)";
    all_say(&both(authority.server(&["127.0.0.1"]), None, &trusting(&other)).await, told);
    // Nor is one that this machine does not know.
    all_say(&both(authority.server(&["127.0.0.1"]), None, "").await, told);
}

#[tokio::test]
async fn another_name_is_not_believed() {
    let authority = Authority::new();
    let tls = || authority.server(&["a.example.com", "b.example.com"]);
    let seen = both(tls(), Some("c.example.com"), &trusting(&authority)).await;
    let told = "certificate is not for c.example.com, but for a.example.com, b.example.com";
    all_say(&seen, told);
    let seen = both(tls(), None, &trusting(&authority)).await;
    let told = "certificate is not for 127.0.0.1, but for a.example.com, b.example.com";
    all_say(&seen, told);
}

#[tokio::test]
async fn an_expired_certificate_is_not_believed() {
    let authority = Authority::new();
    let tls = authority.expired_server(&["127.0.0.1"]);
    all_say(&both(tls, None, &trusting(&authority)).await, "certificate has expired");
}

#[tokio::test]
async fn insecure_believes_everything() {
    let authority = Authority::new();
    let tls = authority.expired_server(&["elsewhere.example"]);
    all_healthy(&both(tls, None, "insecure = true").await);
}

#[tokio::test]
async fn a_server_without_tls_is_told() {
    let server = Server::start(page("200 OK", "ready"), true).await;
    for (healthy, words) in [
        http(server.address, None, "insecure = true").await,
        tcp(server.address, None, "insecure = true").await,
    ] {
        assert_eq!((healthy, words.as_str()), (false, "the server does not speak TLS"));
    }
}

#[tokio::test]
async fn a_handshake_that_hangs_ends_at_the_timeout() {
    let server = Server::start(Manner::SaysAndStays(Vec::new()), true).await;
    let address = server.address;
    for kind in [
        format!("http = {{ url = \"https://{address}/\", insecure = true }}"),
        format!("tcp = {{ address = \"{address}\", tls = true, insecure = true }}"),
    ] {
        let (healthy, words) = seen_within(&kind, "200ms").await;
        assert!(!healthy && words.ends_with(": timed out after 200ms"), "{words}");
    }
}

#[tokio::test]
async fn garbage_and_a_hang_up_in_the_handshake_are_told() {
    for octets in [vec![0xff; 100], Vec::new()] {
        let server = Server::start(Manner::Says(octets), true).await;
        for (healthy, words) in [
            http(server.address, None, "insecure = true").await,
            tcp(server.address, None, "insecure = true").await,
        ] {
            assert!(!healthy && !words.contains("timed out"), "{words}");
        }
    }
}

#[tokio::test]
async fn the_stats_page_of_haproxy_is_read_over_https_from_whom_is_believed() {
    let table = "# pxname,svname,status,weight,act,bck,chkfail,chkdown,lastchg,tracked,type,\
                 check_status,check_code,check_duration,last_chk,check_desc,check_rise,check_fall,\
                 check_health,\nweb,BACKEND,UP,1,1,0,,0,60,,1,,,,,,,,,\n";
    let (authority, other) = (Authority::new(), Authority::new());
    let tls = authority.server(&["127.0.0.1"]);
    let server = Server::start_tls(page("200 OK", table), tls).await;
    let verified = async |trust: &str| {
        let text = format!(
            "[bgp]\nlocal-as = 65010\nrouter-id = \"192.0.2.10\"\n\
             [neighbor.rs-0]\naddress = \"192.0.2.1\"\npeer-as = 65000\n\
             [haproxy.local]\nurl = \"https://{}/stats\"\n{trust}\n\
             [service.web]\naddresses = [\"198.51.100.1\"]\n\
             check.backend.haproxy = {{ backend = \"absent\" }}\n",
            server.address
        );
        let loaded = herald::config::read("test.toml", &text, &|_| None).expect("a valid file");
        herald::probe::haproxy::verify(&loaded.config.haproxy["local"]).await
    };
    for trust in [trusting(&authority), "insecure = true".to_owned()] {
        let faults = verified(&trust).await.expect_err("no such backend");
        assert!(faults[0].contains("no backend absent; it has web"), "{faults:?}");
    }
    // Nothing can be said of a HAProxy that is not believed.
    assert_eq!(verified(&trusting(&other)).await, Ok(()));
}
