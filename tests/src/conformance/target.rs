//! The targets.

use super::settings::Settings;
use anyhow::{Result, bail};
use std::process::Command;

/// A target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Envoy by itself.
    Envoy,
    /// Envoy Gateway.
    EnvoyGateway,
    /// Istio with sidecars.
    Istio,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Envoy, Self::EnvoyGateway, Self::Istio];

    /// The target of that word.
    ///
    /// # Errors
    /// There is none.
    pub fn of(word: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|target| target.word() == word) {
            Some(target) => Ok(target),
            None => bail!("there is no target `{word}`; there are {}", Self::ALL.map(Self::word).join(", ")),
        }
    }

    /// Its word: `envoy-gateway`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Envoy => "envoy",
            Self::EnvoyGateway => "envoy-gateway",
            Self::Istio => "istio",
        }
    }

    /// The backend of a cluster of it, as a program says it.
    #[must_use]
    pub fn backend(self) -> &'static str {
        match self {
            Self::Envoy => "envoy(version: \"1.40\")",
            Self::EnvoyGateway => {
                "gateway_api(version: \"1.6\", gateway: envoy_gateway(\"1.9\"), mesh: none)"
            }
            Self::Istio => "istio(version: \"1.30\", mode: sidecar)",
        }
    }

    /// Whether it makes Envoy's configuration of manifests.
    #[must_use]
    pub fn translates(self) -> bool {
        self != Self::Envoy
    }

    /// The program that does what the target does.
    pub fn translator(self, settings: &Settings) -> Command {
        let mut command = self.program(settings);
        if self == Self::Istio {
            command.arg("translate");
        }
        command
    }

    /// The program that says what the target thinks of manifests, where that is another: what it translates, it has judged.
    pub fn judge(self, settings: &Settings) -> Option<Command> {
        let mut command = self.program(settings);
        command.arg("analyze");
        (self == Self::Istio).then_some(command)
    }

    fn program(self, settings: &Settings) -> Command {
        Command::new(settings.programs.join(format!("gloo-{}-conformance", self.word())))
    }
}
