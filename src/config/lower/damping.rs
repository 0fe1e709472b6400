use crate::config::reader::Section;
use crate::health::Damping;

/// The `damping` table of `[service.X.health]`; `None` when there is none, or after a fault.
pub(super) fn read(health: &Section<'_>) -> Option<Damping> {
    if !health.has("damping") {
        return None;
    }
    let section = health.section("damping");
    let (half_life, max) = (section.duration("half-life"), section.duration("max"));
    let (suppress, reuse) = (section.integer::<u32>("suppress"), section.integer::<u32>("reuse"));
    let (half_life, max, suppress, reuse) = (half_life?, max?, suppress?, reuse?);
    let damping = Damping {
        half_life: half_life.value,
        suppress: suppress.value,
        reuse: reuse.value,
        max: max.value,
    };
    if damping.reuse >= damping.suppress {
        section.notes.fault(
            &section.span_of("reuse"),
            format!("reuse = {} is not less than suppress = {}", reuse.shown, suppress.shown),
            "a service that is kept back above suppress returns only at reuse",
            "take a smaller reuse, or a larger suppress",
        );
    } else if damping.ceiling() <= f64::from(damping.suppress) {
        section.notes.fault(
            &section.span_of("max"),
            format!("with max = {} nothing is ever kept back", max.shown),
            format!(
                "the penalty grows to reuse * 2^(max / half-life) = {:.0}, and suppress is {}",
                damping.ceiling(),
                suppress.shown
            ),
            "take a larger max, or a shorter half-life",
        );
    }
    Some(damping)
}
