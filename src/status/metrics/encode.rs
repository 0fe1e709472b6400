use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabel, EncodeLabelSet, LabelSetEncoder, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::{Family, Kind};
use crate::status::{Snapshot, Timing};

/// The two text formats that Prometheus reads; whoever asks says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// The format of Prometheus before that, which differs in how counters are described and has no
    /// end mark.
    Classic,
}

impl Format {
    /// What is asked for by the `Accept` of a request; classic, when it does not say.
    pub fn accepted(accept: Option<&str>) -> Self {
        match accept.is_some_and(|types| types.contains("application/openmetrics-text")) {
            true => Self::OpenMetrics,
            false => Self::Classic,
        }
    }

    /// The `Content-Type` of the answer.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Classic => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// Writes one metric as it is in `snapshot`.
    pub(super) fn write(
        self,
        text: &mut String,
        family: &'static Family,
        snapshot: &Arc<Snapshot>,
    ) -> fmt::Result {
        let mut registry = Registry::default();
        let snapshot = Arc::clone(snapshot);
        registry.register_collector(Box::new(Shown { family, snapshot, format: self }));
        encode_registry(text, &registry)
    }

    /// Writes what stands at the end of all metrics.
    pub(super) fn finish(self, text: &mut String) -> fmt::Result {
        match self {
            Self::OpenMetrics => encode_eof(text),
            Self::Classic => Ok(()),
        }
    }

    /// The name that describes a family: OpenMetrics leaves off what its counters end with.
    fn described(self, family: &Family) -> &'static str {
        match (self, family.kind) {
            (Self::OpenMetrics, Kind::Counter) => {
                family.name.strip_suffix("_total").unwrap_or(family.name)
            }
            (Self::OpenMetrics | Self::Classic, _) => family.name,
        }
    }
}

/// A family as the library asks for it: it writes its own descriptions and calls back for the rest.
#[derive(Debug)]
struct Shown {
    family: &'static Family,
    snapshot: Arc<Snapshot>,
    format: Format,
}

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Self { family, snapshot, format } = self;
        let kind = match family.kind {
            Kind::Gauge => MetricType::Gauge,
            Kind::Counter => MetricType::Counter,
            Kind::Histogram => MetricType::Histogram,
        };
        let name = format.described(family);
        let metric = encoder.encode_descriptor(name, family.help, None, kind)?;
        let mut rows = Rows { family, format: *format, metric, written: Ok(()) };
        (family.rows)(snapshot, &mut rows);
        rows.written
    }
}

/// The series of a family, as they are written.
pub(super) struct Rows<'a> {
    family: &'static Family,
    format: Format,
    metric: MetricEncoder<'a>,
    /// How the writing went so far.
    written: fmt::Result,
}

impl Rows<'_> {
    /// A series of a gauge with these values of its labels.
    pub(super) fn gauge(&mut self, labels: &[&str], value: f64) {
        self.row(labels, |metric, _| metric.encode_gauge(&value));
    }

    /// A series of a gauge that says yes or no.
    pub(super) fn flag(&mut self, labels: &[&str], yes: bool) {
        self.gauge(labels, f64::from(u8::from(yes)));
    }

    /// A series of a gauge that says when.
    pub(super) fn time(&mut self, labels: &[&str], at: Timestamp) {
        self.gauge(labels, at.as_duration().as_secs_f64());
    }

    /// A series of a counter.
    pub(super) fn counter(&mut self, labels: &[&str], value: u64) {
        self.row(labels, |metric, format| match format {
            Format::OpenMetrics => metric.encode_counter::<NoLabelSet, _, u64>(&value, None),
            // The library would put `_total` behind the name, which has it already.
            Format::Classic => metric.encode_gauge(&value),
        });
    }

    /// The series of a histogram.
    pub(super) fn histogram(&mut self, labels: &[&str], timing: &Timing) {
        let Timing { count, sum_s, buckets } = timing;
        let inside: u64 = buckets.iter().map(|(_, count)| count).sum();
        let mut buckets = buckets.clone();
        buckets.push((f64::INFINITY, count.saturating_sub(inside)));
        self.row(labels, |metric, _| {
            metric.encode_histogram::<NoLabelSet>(*sum_s, *count, &buckets, None)
        });
    }

    fn row(
        &mut self,
        values: &[&str],
        write: impl FnOnce(&mut MetricEncoder<'_>, Format) -> fmt::Result,
    ) {
        let Self { family, format, metric, written } = self;
        debug_assert_eq!(family.labels.len(), values.len(), "labels of {}", family.name);
        if written.is_ok() {
            *written = match values {
                [] => write(metric, *format),
                _ => metric
                    .encode_family(&Labels { names: family.labels, values })
                    .and_then(|mut metric| write(&mut metric, *format)),
            };
        }
    }
}

/// The labels of one series.
struct Labels<'a> {
    names: &'static [&'static str],
    values: &'a [&'a str],
}

impl EncodeLabelSet for Labels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.names
            .iter()
            .zip(self.values)
            .try_for_each(|(name, value)| (*name, *value).encode(encoder.encode_label()))
    }
}
