//! `telemetry`

use crate::lower::scoped::Targets;
use crate::lower::{Arguments, Asking, AttributeOf, Lowering, Scope, Settings, Takes};
use crate::resolve::{DeclarationId, Kind, Kinds};
use crate::{LogSink, LogValue, Percent, Telemetry, TelemetryId, TelemetryLog, TelemetryTrace};
use gloo_source::Reported;
use gloo_syntax::ast::{self, Expr, SignalKind};

/// What telemetry is on.
const TOLD: Targets = Targets {
    kinds: Kinds::of(&[Kind::Service, Kind::Namespace, Kind::Gateway, Kind::Routes]),
    mesh: true,
    example: "telemetry base on mesh { … }",
};

impl Lowering<'_> {
    pub(in crate::lower) fn lower_telemetry(
        &mut self,
        scope: &Scope<'_>,
        item: &ast::Item,
        it: &ast::Telemetry,
        id: DeclarationId,
    ) -> Result<Telemetry, Reported> {
        let (mut logs, mut traces) = (Vec::new(), Vec::new());
        let mut failed = None;
        for entry in &it.entries {
            let ast::SignalEntry::Signal(signal) = entry else { continue };
            let lowered = match signal.kind.value {
                SignalKind::Log => self.log(scope, signal).map(|log| logs.push(log)),
                SignalKind::Trace => self.trace(scope, signal).map(|trace| traces.push(trace)),
            };
            failed = lowered.err().or(failed);
        }
        let targets = self.targets(scope, &it.on, TOLD)?;
        match failed {
            Some(reported) => Err(reported),
            None => Ok(Telemetry {
                id: TelemetryId::new(self.names.qualified(id)),
                place: scope.place(it.name.id),
                doc: Self::doc(&item.doc),
                targets,
                logs,
                traces,
            }),
        }
    }

    fn log(&mut self, scope: &Scope<'_>, signal: &ast::Signal) -> Result<TelemetryLog, Reported> {
        let settings = Settings::of_block(self, scope, "a `log`", &["to", "fields"], &signal.body);
        let fields = settings.optional(self, scope, "fields", |cx, scope, expr| {
            cx.block(scope, expr, "{ user: auth0.sub }", |cx, scope, block| {
                cx.entries(scope, block, |cx, scope, expr| cx.log_value(scope, expr))
            })
        });
        let condition = self.condition(scope, signal.condition.as_ref(), Asking::Telemetry);
        let to = settings.required(self, scope, "to", "otel(ops.collector)")?;
        Ok(TelemetryLog {
            place: scope.place(signal.id),
            to: self.log_sink(scope, to)?,
            fields: fields.unwrap_or_default(),
            condition: condition?,
        })
    }

    fn trace(&mut self, scope: &Scope<'_>, signal: &ast::Signal) -> Result<TelemetryTrace, Reported> {
        let settings = Settings::of_block(self, scope, "a `trace`", &["to", "sample", "tags"], &signal.body);
        let sample = settings.optional(self, scope, "sample", Lowering::percent);
        let tags = settings.optional(self, scope, "tags", Lowering::text_map);
        let condition = self.condition(scope, signal.condition.as_ref(), Asking::Telemetry);
        let to = settings.required(self, scope, "to", "otel(ops.collector)")?;
        Ok(TelemetryTrace {
            place: scope.place(signal.id),
            to: self.log_sink(scope, to)?,
            sample: sample.unwrap_or(Percent::ALL),
            tags: tags.unwrap_or_default(),
            condition: condition?,
        })
    }

    fn log_sink(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<LogSink, Reported> {
        let forms = [("otel", "otel(ops.collector)"), ("stdout", "")];
        self.choose(scope, expr, &forms, |cx, scope, expr, form| {
            let Some(call) = form.call else { return Ok(LogSink::Stdout) };
            let arguments = Arguments::read(cx, scope, expr.id, call, Takes::one(&["service"]))?;
            let service = arguments.required(cx, scope, "service", "ops.collector")?;
            Ok(LogSink::Otel(cx.service(scope, service)?))
        })
    }

    fn log_value(&mut self, scope: &Scope<'_>, expr: &Expr) -> Result<LogValue, Reported> {
        match self.attribute(scope, expr, Asking::Telemetry)? {
            Some(AttributeOf::RouteName) => Ok(LogValue::RouteName),
            Some(AttributeOf::Status) => Ok(LogValue::Status),
            _ => Ok(LogValue::Text(self.text_value(scope, expr, Asking::Telemetry)?)),
        }
    }
}
