use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use crate::client;
use crate::config::{Pattern, TcpCheck};

use super::seen::Seen;

/// Bound of an answer, in octets. It is matched anew with each segment, so this bounds work too.
const LONGEST_ANSWER: usize = 8 << 10;

/// Connects, sends, and reads until the answer matches.
pub(super) struct Tcp {
    check: TcpCheck,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Tcp {
    pub(super) fn new(check: &TcpCheck) -> Self {
        let tls = check.tls.as_ref().map(|tls| {
            let connector = TlsConnector::from(Arc::new(client::tls(&tls.trust)));
            (connector, tls.server_name.clone())
        });
        Self { check: check.clone(), tls }
    }

    pub(super) fn subject(&self) -> &str {
        &self.check.address
    }

    pub(super) async fn look(&mut self) -> Seen {
        let stream = match client::connect(&self.check.address).await {
            Ok(stream) => stream,
            Err(error) => return Seen::io(&error),
        };
        let Some((connector, name)) = &self.tls else { return self.talk(stream).await };
        match connector.connect(name.clone(), stream).await {
            Ok(stream) => self.talk(stream).await,
            Err(error) => Seen::io(&error),
        }
    }

    async fn talk(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Seen {
        let send = self.check.send.as_deref().unwrap_or_default();
        let sent = async {
            stream.write_all(send.as_bytes()).await?;
            stream.flush().await
        };
        if let Err(error) = sent.await {
            return Seen::io(&error);
        }
        match &self.check.expect {
            Some(pattern) => expect(stream, pattern).await,
            None => Seen::healthy("connected"),
        }
    }
}

/// Reads until `pattern` matches, the answer ends, or it is too long.
async fn expect(mut stream: impl AsyncRead + Unpin, pattern: &Pattern) -> Seen {
    let mut answer = Vec::new();
    let mut segment = [0; 1024];
    loop {
        let read = match stream.read(&mut segment).await {
            Ok(read) => read,
            Err(error) => return Seen::io(&error),
        };
        answer.extend_from_slice(&segment[..read]);
        answer.truncate(LONGEST_ANSWER);
        if pattern.matches(&answer) {
            return Seen::healthy("answered as expected");
        }
        if answer.is_empty() {
            return Seen::unhealthy("closed without an answer");
        }
        if read == 0 || answer.len() == LONGEST_ANSWER {
            return Seen::unhealthy(format!("the answer does not match {:?}", pattern.to_string()));
        }
    }
}
