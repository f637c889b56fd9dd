package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"istio.io/istio/pilot/pkg/model"
	v3 "istio.io/istio/pilot/pkg/xds/v3"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/bootstrap"
	istiomodel "istio.io/istio/pkg/model"
	"istio.io/istio/pkg/security"
	"istio.io/istio/pkg/util/sets"
)

// secrets asks istiod for the secrets of these names, and gives those that it has (and the system's own authorities), and
// the names of the others.
func secrets(
	server *xds.FakeDiscoveryServer, proxy *model.Proxy, wanted map[string]bool,
) ([]map[string]any, []string, error) {
	names := sets.New[string]()
	for name := range wanted {
		// All that istiod has is from Kubernetes; any other name is the agent's (pilot/pkg/model/credentials).
		if strings.Contains(name, "://") {
			names.Insert(name)
		}
	}
	resources, _, err := server.Discovery.Generators[v3.SecretType].Generate(proxy,
		&model.WatchedResource{TypeUrl: v3.SecretType, ResourceNames: names},
		&model.PushRequest{Push: server.PushContext(), Forced: true})
	if err != nil {
		return nil, nil, err
	}
	var found []*tlsv3.Secret
	for _, resource := range resources {
		secret := &tlsv3.Secret{}
		if err := resource.GetResource().UnmarshalTo(secret); err != nil {
			return nil, nil, err
		}
		asText(secret.GetTlsCertificate().GetCertificateChain())
		asText(secret.GetTlsCertificate().GetPrivateKey())
		asText(secret.GetValidationContext().GetTrustedCa())
		asText(secret.GetValidationContext().GetCrl())
		delete(wanted, secret.GetName())
		found = append(found, secret)
	}
	if wanted[security.FileRootSystemCACert] {
		delete(wanted, security.FileRootSystemCACert)
		found = append(found, systemAuthorities())
	}
	result, err := trees(found, (*tlsv3.Secret).GetName)
	if err != nil {
		return nil, nil, err
	}
	references := make([]string, 0, len(wanted))
	for name := range wanted {
		references = append(references, name)
	}
	sort.Strings(references)
	return result, references, nil
}

// systemAuthorities is the secret by which an agent gives the authorities that the system trusts: the file of a Debian,
// as the images of Istio's proxy are (pkg/security lists those of others).
func systemAuthorities() *tlsv3.Secret {
	file := &corev3.DataSource{Specifier: &corev3.DataSource_Filename{Filename: "/etc/ssl/certs/ca-certificates.crt"}}
	return &tlsv3.Secret{
		Name: security.FileRootSystemCACert,
		Type: &tlsv3.Secret_ValidationContext{ValidationContext: &tlsv3.CertificateValidationContext{TrustedCa: file}},
	}
}

// asText gives bytes that are PEM as the text that they are.
func asText(source *corev3.DataSource) {
	if written, inline := source.GetSpecifier().(*corev3.DataSource_InlineBytes); inline {
		source.Specifier = &corev3.DataSource_InlineString{InlineString: string(written.InlineBytes)}
	}
}

// runtimeOf gives the runtime flags that an agent writes into the bootstrap of its proxy: Istio's own, and the mesh's
// `runtimeValues`. They come out of Istio's code for the bootstrap, by a template that has nothing else in it.
func runtimeOf(proxy *model.Proxy) (map[string]any, error) {
	folder, err := os.MkdirTemp("", "gloo-istio-conformance-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	template := filepath.Join(folder, "flags.json")
	if err := os.WriteFile(template, []byte("{{ .runtime_flags }}"), 0o600); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	node := &istiomodel.Node{
		ID:          fmt.Sprintf("%s~%s~%s~%s", proxy.Type, proxy.IPAddresses[0], proxy.ID, proxy.DNSDomain),
		Metadata:    &istiomodel.BootstrapNodeMetadata{NodeMetadata: *proxy.Metadata},
		RawMetadata: map[string]any{},
		Locality:    proxy.Locality,
	}
	if err := bootstrap.New(bootstrap.Config{Node: node}).WriteTo(template, &text); err != nil {
		return nil, fmt.Errorf("the flags of its bootstrap: %w", err)
	}
	flags := map[string]any{}
	return flags, json.Unmarshal(text.Bytes(), &flags)
}
