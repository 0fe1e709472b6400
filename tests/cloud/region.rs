use std::io::Read;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use herald::cloud::{self, UnknownRegion};
use herald::config::{Metadata, Provider};

use crate::fake::{Fake, World};

fn metadata(endpoint: impl Into<String>, provider: Option<Provider>) -> Metadata {
    Metadata { provider, endpoint: Some(endpoint.into()), timeout: Duration::from_secs(5) }
}

fn ask(metadata: &Metadata) -> Result<String, UnknownRegion> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(cloud::region(metadata))
}

#[test]
fn each_provider_is_asked_in_its_own_way() {
    let world = World {
        location: Some("northeurope".into()),
        aws_region: Some("eu-west-1".into()),
        zone: Some("projects/123/zones/europe-west1-b".into()),
        ..World::default()
    };
    let fake = Fake::start(None, world);
    for (provider, region) in [
        (Provider::Azure, "northeurope"),
        (Provider::Aws, "eu-west-1"),
        (Provider::Gcp, "europe-west1"),
    ] {
        assert_eq!(ask(&metadata(fake.endpoint(), Some(provider))).as_deref(), Ok(region));
    }
}

#[test]
fn without_a_provider_the_one_that_answers_is_taken() {
    for world in [
        World { location: Some("here".into()), ..World::default() },
        World { aws_region: Some("here".into()), ..World::default() },
        World { zone: Some("projects/1/zones/he-re-b".into()), ..World::default() },
    ] {
        let wanted = if world.zone.is_some() { "he-re" } else { "here" };
        let fake = Fake::start(None, world);
        assert_eq!(ask(&metadata(fake.endpoint(), None)).as_deref(), Ok(wanted));
    }
}

#[test]
fn nobody_there_is_told_with_all_that_was_tried() {
    // A port that was free a moment ago refuses.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told = ask(&metadata(format!("http://{free}"), None)).unwrap_err().to_string();
    for part in ["/metadata/instance/compute/location", "/latest/api/token", "instance/zone"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(told.matches("Connection refused").count(), 3, "{told}");
    assert!(told.contains("name the region in [agent]"), "{told}");
}

#[test]
fn a_service_that_is_silent_or_talks_nonsense_is_not_believed() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut asked = metadata(format!("http://{}", silent.local_addr().unwrap()), None);
    asked.timeout = Duration::from_millis(100);
    let told = ask(&asked).unwrap_err();
    assert!(told.tried.iter().all(|tried| tried.ends_with("no answer in time")), "{told}");

    let page = "<html>\n please log in </html>";
    let world = World { location: Some(page.into()), ..World::default() };
    let fake = Fake::start(None, world);
    let told = ask(&metadata(fake.endpoint(), Some(Provider::Azure))).unwrap_err();
    assert!(told.to_string().contains("the answer is not a name"), "{told}");

    let zone = Some("projects/1/zones/europe-west1-b".into());
    let world = World { zone, forgets_flavor: true, ..World::default() };
    let fake = Fake::start(None, world);
    let told = ask(&metadata(fake.endpoint(), Some(Provider::Gcp))).unwrap_err();
    assert!(told.to_string().contains("no Metadata-Flavor header"), "{told}");
}

#[test]
fn an_answer_without_end_is_cut() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let flood = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let mut sent = 0;
        let chunk = [b'a'; 16 << 10];
        std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        // Until the reader hangs up, and no further than a bound that fails the test.
        while sent < 64 << 20 && std::io::Write::write_all(&mut stream, &chunk).is_ok() {
            sent += chunk.len();
        }
        sent
    });
    let told = ask(&metadata(format!("http://{address}"), Some(Provider::Azure))).unwrap_err();
    assert!(told.to_string().contains("longer than"), "{told}");
    assert!(flood.join().unwrap() < 64 << 20, "the answer was read to its end");
}

/// A redirect would have another host decide, and hand it AWS's token.
#[test]
fn a_service_that_sends_elsewhere_is_not_followed() {
    let world = World {
        location: Some("elsewhere".into()),
        aws_region: Some("elsewhere".into()),
        zone: Some("projects/1/zones/else-where-b".into()),
        ..World::default()
    };
    let elsewhere = Fake::start(None, world);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let moved = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {}/\r\nContent-Length: 0\r\n\r\n",
        elsewhere.endpoint()
    );
    // Ends with the process.
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = std::io::Write::write_all(&mut stream, moved.as_bytes());
        }
    });
    let told = ask(&metadata(format!("http://{address}"), None)).unwrap_err().to_string();
    assert_eq!(told.matches("status 307").count(), 3, "{told}");
    assert_eq!(elsewhere.world().asked, 0);
}
