//! Files that stand in for a program's secrets.

use super::adapt;
use super::certificates::{Authority, Certified};
use anyhow::{Context as _, Result};
use gloo_target::{ClusterOutput, from_yaml};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The authorities of client certificates, and the certificate of the servers behind the gateways.
pub struct Secrets {
    /// The authorities, by the names of their secrets.
    pub authorities: BTreeMap<String, Authority>,
    /// The servers' certificate.
    pub servers: Certified,
}

impl Secrets {
    /// Writes what the built files name into `folder`. The servers' certificate is for `server_names` and `identities`.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn write(
        cluster: &ClusterOutput,
        folder: &Path,
        server_names: &[String],
        identities: &[String],
    ) -> Result<Self> {
        let authority = Authority::new("servers behind gateways")?;
        let servers = authority.certify(server_names, identities)?;
        write(&folder.join("system/ca.crt"), authority.pem())?;
        let mut authorities = BTreeMap::new();
        for file in &cluster.files {
            let Some((_, below)) = file.path.split_once("/secrets/") else { continue };
            let mut documents = from_yaml(&file.text).with_context(|| format!("`{}`", file.path))?;
            for document in &mut documents {
                adapt::secrets(document, folder);
                write(&folder.join(below), &document.to_string())?;
            }
            if let Some(name) = below.strip_suffix("/certificate.yaml") {
                let certified = Authority::new(name)?.certify(&["gateway.invalid".to_owned()], &[])?;
                write(&folder.join(name).join("tls.crt"), &certified.certificate_pem)?;
                write(&folder.join(name).join("tls.key"), &certified.key_pem)?;
            } else if let Some(name) = below.strip_suffix("/authority.yaml").filter(|name| *name != "system")
            {
                let authority = Authority::new(name)?;
                write(&folder.join(name).join("ca.crt"), authority.pem())?;
                authorities.insert(name.to_owned(), authority);
            }
        }
        Ok(Self { authorities, servers })
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.with_context(|| format!("`{}` can't be written", path.display()))
}
