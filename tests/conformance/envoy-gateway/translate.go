package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	cachetypes "github.com/envoyproxy/go-control-plane/pkg/cache/types"
	resourcev3 "github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"google.golang.org/protobuf/encoding/protojson"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gwapiv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"

	egv1a1 "github.com/envoyproxy/gateway/api/v1alpha1"
	"github.com/envoyproxy/gateway/internal/gatewayapi"
	"github.com/envoyproxy/gateway/internal/gatewayapi/resource"
	"github.com/envoyproxy/gateway/internal/ir"
	"github.com/envoyproxy/gateway/internal/logging"
	"github.com/envoyproxy/gateway/internal/xds/bootstrap"
	"github.com/envoyproxy/gateway/internal/xds/translator"
)

// controllerNamespace is where Envoy Gateway is installed.
const controllerNamespace = "envoy-gateway-system"

// translate does what the two runners of Envoy Gateway do in its default configuration
// (internal/gatewayapi/runner, internal/xds/runner).
func translate(resources *resource.Resources) (Output, error) {
	if resources.GatewayClass == nil {
		return Output{}, errors.New("there is no GatewayClass among the manifests")
	}
	// Its installation makes this for the connections of its own proxies to it.
	own := metav1.ObjectMeta{Namespace: controllerNamespace, Name: "envoy"}
	resources.Secrets = append(resources.Secrets, &corev1.Secret{ObjectMeta: own})
	logger := logging.DefaultLogger(io.Discard, egv1a1.LogLevelInfo)
	toIR := &gatewayapi.Translator{
		GatewayControllerName: egv1a1.GatewayControllerName,
		GatewayClassName:      gwapiv1.ObjectName(resources.GatewayClass.Name),
		MergeGateways:         gatewayapi.IsMergeGatewaysEnabled(resources),
		MergeBackends:         gatewayapi.ResolveMergeBackendsConfig(resources),
		ControllerNamespace:   controllerNamespace,
		// Of the prerequisites that gloo writes down.
		BackendEnabled: len(resources.Backends) > 0,
		Logger:         logger,
	}
	result, err := toIR.Translate(resources)
	refusals := refused(resources, result)
	if err != nil {
		refusals = append(refusals, Refusal{Object: "the translation", Message: err.Error()})
	}
	output := Output{Proxies: []Proxy{}, Refusals: refusals}
	for _, key := range slices.Sorted(maps.Keys(result.XdsIR)) {
		intermediate := result.XdsIR[key]
		if err := intermediate.Validate(); err != nil {
			output.Refusals = append(output.Refusals, Refusal{Object: key, Message: err.Error()})
			continue
		}
		toXds := &translator.Translator{
			ControllerNamespace: controllerNamespace,
			FilterOrder:         intermediate.FilterOrder,
			Logger:              logger,
		}
		table, err := toXds.Translate(intermediate)
		if err != nil {
			output.Refusals = append(output.Refusals, Refusal{Object: key, Message: err.Error()})
			continue
		}
		proxy, err := proxyOf(key, resources, result.InfraIR[key])
		if err != nil {
			return Output{}, err
		}
		if err := proxy.fill(table.XdsResources); err != nil {
			return Output{}, fmt.Errorf("%s: %w", key, err)
		}
		output.Proxies = append(output.Proxies, proxy)
	}
	return output, nil
}

// proxyOf is the proxy of a gateway, whose key is NAMESPACE/NAME, still without what it is sent.
func proxyOf(key string, resources *resource.Resources, infra *ir.Infra) (Proxy, error) {
	for _, gateway := range resources.Gateways {
		if gateway.Namespace+"/"+gateway.Name != key {
			continue
		}
		runtime, err := runtimeLayer()
		if err != nil {
			return Proxy{}, err
		}
		proxy := Proxy{
			Kind: "gateway", Namespace: gateway.Namespace, Name: gateway.Name, Workload: gateway.Name,
			Ports: map[string]int32{}, Runtime: runtime,
		}
		for _, listener := range infra.Proxy.Listeners {
			for _, port := range listener.Ports {
				proxy.Ports[strconv.Itoa(int(port.ContainerPort))] = port.ServicePort
			}
		}
		return proxy, nil
	}
	return Proxy{}, fmt.Errorf("there is no gateway of the key %s: are gateways merged?", key)
}

// runtimeLayer is the runtime of the bootstrap that Envoy Gateway starts its proxies with.
func runtimeLayer() (map[string]any, error) {
	text, err := bootstrap.GetRenderedBootstrapConfig(nil)
	if err != nil {
		return nil, err
	}
	var whole struct {
		Runtime struct {
			Layers []struct {
				Static map[string]any `json:"static_layer"`
			} `json:"layers"`
		} `json:"layered_runtime"`
	}
	if err := yaml.Unmarshal([]byte(text), &whole); err != nil {
		return nil, err
	}
	runtime := map[string]any{}
	for _, layer := range whole.Runtime.Layers {
		maps.Copy(runtime, layer.Static)
	}
	return runtime, nil
}

func (proxy *Proxy) fill(resources map[resourcev3.Type][]cachetypes.Resource) error {
	lists := map[resourcev3.Type]*[]json.RawMessage{
		resourcev3.ListenerType: &proxy.Listeners,
		resourcev3.RouteType:    &proxy.Routes,
		resourcev3.ClusterType:  &proxy.Clusters,
		resourcev3.EndpointType: &proxy.Endpoints,
		resourcev3.SecretType:   &proxy.Secrets,
	}
	for _, list := range lists {
		*list = []json.RawMessage{}
	}
	options := protojson.MarshalOptions{UseProtoNames: true}
	for kind, all := range resources {
		list, known := lists[kind]
		if !known && len(all) > 0 {
			return fmt.Errorf("resources of the type %s", kind)
		}
		for _, one := range all {
			text, err := options.Marshal(one)
			if err != nil {
				return err
			}
			*list = append(*list, text)
		}
	}
	return nil
}
