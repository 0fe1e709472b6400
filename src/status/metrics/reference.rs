use std::fmt::Write;

use super::{Family, Kind, families};

const HEAD: &str = "\
# Metrics

`[agent] http` serves them at `/metrics`, in OpenMetrics to whoever asks for it, else in the text format
of Prometheus:

```yaml
scrape_configs:
  - job_name: herald
    static_configs:
      - targets: [\"192.0.2.10:9642\"]
```

The alerts in `packaging/prometheus/herald.rules.yml` and the dashboard `packaging/grafana/herald.json`
expect the job to be called `herald`. The default of `http` is the loopback; the page shows names and
addresses of neighbours, so give it an address that only those who may know them can reach.

All of them are read off the state of the moment, the one that `herald status --json` shows. A service or
neighbour that a reload takes away is gone with the next scrape. Counters start at 0 with the agent, and
those of a service and its checks when it is configured.

A histogram NAME is there as `NAME_bucket` (with the label `le`, in seconds), `NAME_sum` and `NAME_count`.

This page is generated from the code that shows them.

| name | type | labels | unit | meaning |
|---|---|---|---|---|
";

/// The text of `docs/metrics.md`: every metric with its type, labels, unit and meaning.
pub fn reference() -> String {
    families().fold(HEAD.to_owned(), |mut text, family| {
        let Family { name, kind, help, labels, .. } = family;
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        let (kind, unit, labels) = (Kind::as_str(*kind), family.unit(), labels.join(", "));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{name}` | {kind} | {labels} | {unit} | {help} |");
        text
    })
}
