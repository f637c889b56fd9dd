//! Secrets: files below one folder, which Envoy reads and watches. Their content never passes through gloo.

use crate::context::{Context, NamedSecret, SecretPart};
use crate::descriptors::to_document;
use envoy_types::pb::envoy::config::core::v3::config_source::ConfigSourceSpecifier;
use envoy_types::pb::envoy::config::core::v3::{
    ApiVersion, ConfigSource, DataSource, PathConfigSource, WatchedDirectory, data_source::Specifier,
};
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::secret::Type;
use envoy_types::pb::envoy::extensions::transport_sockets::tls::v3::{
    CertificateValidationContext, SdsSecretConfig, Secret, TlsCertificate,
};
use envoy_types::pb::envoy::service::discovery::v3::DiscoveryResponse;
use envoy_types::util::pack_any;
use gloo_target::{Artifact, Content};

/// The folder that secrets are mounted in.
const FOLDER: &str = "/etc/gloo/secrets";

/// The certificates of the authorities that Debian, Ubuntu, Alpine and distroless images trust.
const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

impl NamedSecret {
    /// The authorities that the system trusts, where a program names no others.
    pub(crate) fn system_authorities() -> Self {
        Self { path: "system".to_owned(), part: SecretPart::SystemAuthorities }
    }

    /// The path of the file that says where the secret's parts are.
    fn file(&self) -> String {
        match self.part {
            SecretPart::Certificate => format!("{}/certificate.yaml", self.path),
            SecretPart::Authority | SecretPart::SystemAuthorities => format!("{}/authority.yaml", self.path),
        }
    }

    /// How the bootstrap names it.
    pub(crate) fn config(&self) -> SdsSecretConfig {
        let source = PathConfigSource {
            path: format!("{FOLDER}/{}", self.file()),
            watched_directory: Some(folder(&self.path)),
            ..PathConfigSource::default()
        };
        let config = ConfigSource {
            config_source_specifier: Some(ConfigSourceSpecifier::PathConfigSource(source)),
            resource_api_version: ApiVersion::V3.into(),
            ..ConfigSource::default()
        };
        SdsSecretConfig { name: self.path.clone(), sds_config: Some(config) }
    }

    fn content(&self) -> Secret {
        let r#type = match self.part {
            SecretPart::Certificate => Type::TlsCertificate(TlsCertificate {
                certificate_chain: Some(file(format!("{FOLDER}/{}/tls.crt", self.path))),
                private_key: Some(file(format!("{FOLDER}/{}/tls.key", self.path))),
                watched_directory: Some(folder(&self.path)),
                ..TlsCertificate::default()
            }),
            SecretPart::Authority => Type::ValidationContext(CertificateValidationContext {
                trusted_ca: Some(file(format!("{FOLDER}/{}/ca.crt", self.path))),
                watched_directory: Some(folder(&self.path)),
                ..CertificateValidationContext::default()
            }),
            SecretPart::SystemAuthorities => Type::ValidationContext(CertificateValidationContext {
                trusted_ca: Some(file(SYSTEM_AUTHORITIES.to_owned())),
                ..CertificateValidationContext::default()
            }),
        };
        Secret { name: self.path.clone(), r#type: Some(r#type) }
    }
}

/// The files that say where the parts of the secrets are, and what must be mounted for them.
pub(crate) fn files(context: &Context<'_>) -> Vec<Artifact> {
    if context.secrets.is_empty() {
        return Vec::new();
    }
    let files = context.secrets.iter().map(|secret| {
        let response =
            DiscoveryResponse { resources: vec![pack_any(secret.content())], ..DiscoveryResponse::default() };
        Artifact {
            path: format!("secrets/{}", secret.file()),
            sources: Vec::new(),
            content: Content::Yaml(vec![to_document(&response)]),
        }
    });
    let readme = Artifact {
        path: "prerequisites/README.md".to_owned(),
        sources: Vec::new(),
        content: Content::Text(readme(context)),
    };
    files.chain([readme]).collect()
}

fn readme(context: &Context<'_>) -> String {
    let mut text = format!(
        "# What these Envoys need beside their files\n\n\
         Put the folder `secrets` at `{FOLDER}`, and mount the content of each secret into it:\n\n\
         | file | content |\n|---|---|\n"
    );
    for secret in &context.secrets {
        let folder = format!("{FOLDER}/{}", secret.path);
        text.push_str(&match secret.part {
            SecretPart::Certificate => format!(
                "| `{folder}/tls.crt` | the certificate, and those between it and its authority, in PEM |\n\
                 | `{folder}/tls.key` | its private key, in PEM |\n"
            ),
            SecretPart::Authority => {
                format!("| `{folder}/ca.crt` | the authority's certificates, in PEM |\n")
            }
            SecretPart::SystemAuthorities => {
                format!("| `{SYSTEM_AUTHORITIES}` | the authorities that the system trusts, in PEM |\n")
            }
        });
    }
    text.push_str("\nWhere these files change, Envoy takes the new ones without a restart.\n");
    text
}

fn file(path: String) -> DataSource {
    DataSource { specifier: Some(Specifier::Filename(path)), ..DataSource::default() }
}

fn folder(path: &str) -> WatchedDirectory {
    WatchedDirectory { path: format!("{FOLDER}/{path}"), ..WatchedDirectory::default() }
}
