use crate::base::ServiceName;
use crate::config::HaproxyInstance;

use super::answer::Answer;
use super::client::Client;

/// How many sessions `instance` has now (`scur`) on what the checks of `service` look at: the
/// frontend, where a check names one, since it sees clients that are between two requests; else the
/// backend. `None` when no check of the service reads the instance, or it does not tell.
pub async fn sessions(instance: &HaproxyInstance, service: &ServiceName) -> Option<u64> {
    let checks: Vec<_> = instance.checks.iter().filter(|c| c.service == *service).collect();
    if checks.is_empty() {
        return None;
    }
    let answer = Client::new(instance).ask().await.ok()?;
    let mut frontends: Vec<&str> = checks.iter().filter_map(|c| c.frontend.as_deref()).collect();
    let open = checks.iter().filter(|check| check.frontend.is_none());
    let mut backends: Vec<&str> = open.map(|check| check.backend.as_str()).collect();
    for names in [&mut frontends, &mut backends] {
        names.sort_unstable();
        names.dedup();
    }
    count(&answer, &frontends, &backends)
}

fn count(answer: &Answer, frontends: &[&str], backends: &[&str]) -> Option<u64> {
    let frontends = frontends.iter().map(|name| answer.frontend_sessions.get(*name).copied());
    let backends = backends.iter().map(|name| Some(answer.backends.get(*name)?.sessions));
    frontends.chain(backends).sum()
}

#[cfg(test)]
mod tests {
    use super::super::stats;
    use super::*;

    #[test]
    fn sessions_are_counted_by_the_header_and_a_name_that_is_not_there_tells_nothing() {
        let table = "# pxname,svname,type,status,weight,bck,check_status,scur\n\
                     web,FRONTEND,0,OPEN,,,,7\nback,s1,2,UP,1,0,L4OK,2\nback,BACKEND,1,UP,1,,,3\n";
        let answer = stats::parse(table).unwrap();
        assert_eq!(count(&answer, &["web"], &[]), Some(7));
        assert_eq!(count(&answer, &["web"], &["back"]), Some(10));
        assert_eq!(count(&answer, &[], &["back", "gone"]), None);
    }
}
