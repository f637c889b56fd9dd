//! Self-made certificates, which stand in for the secrets of a cluster.

use anyhow::{Context as _, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};

/// A certificate and its key, in PEM.
pub struct Certified {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: String,
}

/// A certificate that says that name, which nobody else has signed.
///
/// # Errors
/// The machine has no randomness.
pub fn certified(name: &str, is_authority: bool) -> Result<Certified> {
    let mut parameters = CertificateParams::new(vec!["gateway.invalid".to_owned()])?;
    parameters.distinguished_name.push(DnType::CommonName, name);
    if is_authority {
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = KeyPair::generate().context("a key can't be made")?;
    let certificate = parameters.self_signed(&key)?.pem();
    Ok(Certified { certificate, key: key.serialize_pem() })
}
