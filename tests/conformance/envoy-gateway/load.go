package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	certificatesv1b1 "k8s.io/api/certificates/v1beta1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	gwapiv1 "sigs.k8s.io/gateway-api/apis/v1"
	gwapiv1b1 "sigs.k8s.io/gateway-api/apis/v1beta1"
	"sigs.k8s.io/yaml"

	egv1a1 "github.com/envoyproxy/gateway/api/v1alpha1"
	"github.com/envoyproxy/gateway/internal/envoygateway"
	"github.com/envoyproxy/gateway/internal/gatewayapi/resource"
)

// object is a YAML document and where it stands.
type object struct {
	file string
	text []byte
}

// readAll reads the documents of the world and of all manifests, in the order of their paths.
func readAll(world, manifests string) ([]object, error) {
	files := []string{world}
	err := filepath.WalkDir(manifests, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) == ".yaml" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var objects []object
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		err = resource.IterYAMLBytes(text, func(document []byte) error {
			objects = append(objects, object{file: file, text: document})
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return objects, nil
}

// loaded is what a cluster holds.
type loaded struct {
	resources *resource.Resources
	refusals  []Refusal
	// The EnvoyProxies, of which the GatewayClass names one.
	proxies []*egv1a1.EnvoyProxy
}

// load takes the objects as an API server takes them: validated by their CRDs, their defaults filled in. This is
// resource.LoadResourcesFromYAMLBytes, which drops labels, annotations and EndpointSlices.
func load(objects []object) loaded {
	all := loaded{resources: resource.NewResources(), refusals: []Refusal{}}
	for _, one := range objects {
		name, err := all.add(one.text)
		if err != nil {
			all.refusals = append(all.refusals, Refusal{Object: name + " in " + one.file, Message: err.Error()})
		}
	}
	all.attachProxies()
	all.resources.Sort()
	sort.Slice(all.resources.Namespaces, func(i, j int) bool {
		return all.resources.Namespaces[i].Name < all.resources.Namespaces[j].Name
	})
	return all
}

func (all *loaded) add(text []byte) (string, error) {
	var content map[string]any
	if err := yaml.Unmarshal(text, &content); err != nil {
		return "a document", err
	}
	if len(content) == 0 {
		return "", nil
	}
	document := &unstructured.Unstructured{Object: content}
	kind := document.GroupVersionKind()
	name := fmt.Sprintf("%s %s/%s", kind.Kind, document.GetNamespace(), document.GetName())
	if kind.Group == egv1a1.GroupName || kind.Group == gwapiv1.GroupName {
		if err := resource.GetDefaultValidator().Validate(text); err != nil {
			return name, err
		}
		with, err := resource.GetGatewaySchemaDefaulter().ApplyDefault(document)
		if err != nil {
			return name, err
		}
		document = with
	}
	typed, err := envoygateway.GetScheme().New(kind)
	if err != nil {
		return name, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(document.Object, typed, true); err != nil {
		return name, err
	}
	return name, all.put(typed)
}

func (all *loaded) put(typed runtime.Object) error {
	to := all.resources
	switch one := typed.(type) {
	case *gwapiv1.GatewayClass:
		if to.GatewayClass != nil {
			return fmt.Errorf("a second GatewayClass, beside %s", to.GatewayClass.Name)
		}
		to.GatewayClass = one
	case *egv1a1.EnvoyProxy:
		all.proxies = append(all.proxies, one)
	case *gwapiv1.Gateway:
		to.Gateways = append(to.Gateways, one)
	case *gwapiv1.ListenerSet:
		to.ListenerSets = append(to.ListenerSets, one)
	case *gwapiv1.HTTPRoute:
		to.HTTPRoutes = append(to.HTTPRoutes, one)
	case *gwapiv1.GRPCRoute:
		to.GRPCRoutes = append(to.GRPCRoutes, one)
	case *gwapiv1.TLSRoute:
		to.TLSRoutes = append(to.TLSRoutes, one)
	case *gwapiv1.TCPRoute:
		to.TCPRoutes = append(to.TCPRoutes, one)
	case *gwapiv1b1.ReferenceGrant:
		to.ReferenceGrants = append(to.ReferenceGrants, one)
	case *gwapiv1.BackendTLSPolicy:
		to.BackendTLSPolicies = append(to.BackendTLSPolicies, one)
	case *egv1a1.ClientTrafficPolicy:
		to.ClientTrafficPolicies = append(to.ClientTrafficPolicies, one)
	case *egv1a1.BackendTrafficPolicy:
		to.BackendTrafficPolicies = append(to.BackendTrafficPolicies, one)
	case *egv1a1.SecurityPolicy:
		to.SecurityPolicies = append(to.SecurityPolicies, one)
	case *egv1a1.EnvoyExtensionPolicy:
		to.EnvoyExtensionPolicies = append(to.EnvoyExtensionPolicies, one)
	case *egv1a1.EnvoyPatchPolicy:
		to.EnvoyPatchPolicies = append(to.EnvoyPatchPolicies, one)
	case *egv1a1.HTTPRouteFilter:
		to.HTTPRouteFilters = append(to.HTTPRouteFilters, one)
	case *egv1a1.Backend:
		to.Backends = append(to.Backends, one)
	case *corev1.Namespace:
		to.Namespaces = append(to.Namespaces, one)
	case *corev1.Service:
		to.Services = append(to.Services, one)
	case *corev1.Secret:
		to.Secrets = append(to.Secrets, one)
	case *corev1.ConfigMap:
		to.ConfigMaps = append(to.ConfigMaps, one)
	case *discoveryv1.EndpointSlice:
		to.EndpointSlices = append(to.EndpointSlices, one)
	case *certificatesv1b1.ClusterTrustBundle:
		to.ClusterTrustBundles = append(to.ClusterTrustBundles, one)
	case *corev1.Pod, *corev1.ServiceAccount:
		// Envoy Gateway looks at neither.
	default:
		return fmt.Errorf("an object that Envoy Gateway doesn't look at: %T", typed)
	}
	return nil
}

// attachProxies puts each EnvoyProxy where its class or gateway names it.
func (all *loaded) attachProxies() {
	for _, proxy := range all.proxies {
		class := all.resources.GatewayClass
		if class != nil && class.Spec.ParametersRef != nil && class.Spec.ParametersRef.Name == proxy.Name {
			all.resources.EnvoyProxyForGatewayClass = proxy
		} else {
			all.resources.EnvoyProxiesForGateways = append(all.resources.EnvoyProxiesForGateways, proxy)
		}
	}
}
