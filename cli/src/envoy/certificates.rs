//! Self-made authorities and certificates, which stand in for a program's secrets.

use anyhow::{Context as _, Result};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate with its key.
pub struct Certified {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// The certificate in PEM.
    pub certificate_pem: String,
    /// Its key.
    pub key: PrivateKeyDer<'static>,
    /// Its key in PEM.
    pub key_pem: String,
}

impl Authority {
    /// A new authority.
    ///
    /// # Errors
    /// The machine has no randomness.
    pub fn new(name: &str) -> Result<Self> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().context("a key can't be made")?;
        let pem = parameters.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(parameters, key), pem })
    }

    /// Its certificate in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate for DNS and URI names, good for servers and clients.
    ///
    /// # Errors
    /// A name can't stand in a certificate.
    pub fn certify(&self, dns: &[String], uri: &[String]) -> Result<Certified> {
        let names = dns.iter().map(|name| Ia5String::try_from(name.as_str()).map(SanType::DnsName));
        let uris = uri.iter().map(|name| Ia5String::try_from(name.as_str()).map(SanType::URI));
        let mut parameters = CertificateParams::default();
        parameters.subject_alt_names = names.chain(uris).collect::<Result<_, _>>()?;
        parameters.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().context("a key can't be made")?;
        let certificate = parameters.signed_by(&key, &self.issuer)?;
        Ok(Certified {
            certificate: certificate.der().clone(),
            certificate_pem: certificate.pem(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            key_pem: key.serialize_pem(),
        })
    }
}
