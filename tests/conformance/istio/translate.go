package main

import (
	"fmt"
	"sort"
	"strconv"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/util"
	"istio.io/istio/pilot/pkg/serviceregistry/util/label"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/test"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	metadatafake "k8s.io/client-go/metadata/fake"
	clienttesting "k8s.io/client-go/testing"
	"sigs.k8s.io/gateway-api/pkg/consts"
)

// translation is what Istio made of one cluster's objects.
type translation struct {
	// Refusals are the objects that a cluster with Istio's CRDs and webhook doesn't take. With one, there are no proxies.
	Refusals []refusal    `json:"refusals"`
	Proxies  []translated `json:"proxies"`
	// Complaints is what istiod counts against its configuration in its metrics (`pilot_…`): metric, object, message.
	Complaints []complaint `json:"complaints"`
}

// refusal is an object that isn't taken.
type refusal struct {
	Object  string `json:"object"` // `Kind namespace/name`
	File    string `json:"file"`   // `file:line`
	Message string `json:"message"`
}

// translated is all that one proxy is sent. Lists are in the order of their names.
type translated struct {
	Kind      string           `json:"kind"` // `gateway` or `sidecar`
	Namespace string           `json:"namespace"`
	Name      string           `json:"name"` // a gateway's own, a sidecar's pod's
	Pod       string           `json:"pod"`
	Workload  string           `json:"workload"` // the gateway's, or the service's
	Ports     map[string]int   `json:"ports"`    // ports of the pod, and under which number a Service has them
	Runtime   map[string]any   `json:"runtime"`  // the static layer of the bootstrap that its agent writes
	Listeners []map[string]any `json:"listeners"`
	Routes    []map[string]any `json:"routes"`
	Clusters  []map[string]any `json:"clusters"`
	Endpoints []map[string]any `json:"endpoints"`
	Secrets   []map[string]any `json:"secrets"` // those that istiod sends, in PEM
	// References are the secrets that istiod doesn't send: the workload's own (`default`, `ROOTCA`) and those it lacks.
	References []string `json:"secret_references"`
}

// complaint is one entry of a metric of istiod's.
type complaint struct {
	Metric  string `json:"metric"`
	Key     string `json:"key"`
	Proxy   string `json:"proxy"`
	Message string `json:"message"`
}

// translate lets istiod's code translate a cluster's objects for each of its proxies. What a cluster refuses never reaches
// istiod.
func translate(c *cluster) (result *translation, err error) {
	refusals, err := refused(c)
	if err != nil || len(refusals) > 0 {
		return &translation{Refusals: refusals, Proxies: []translated{}, Complaints: []complaint{}}, err
	}
	pods, err := proxyPods(c)
	if err != nil {
		return nil, err
	}
	var inner error
	outer := test.Wrap(func(t test.Failer) {
		defer func() {
			if reason := recover(); reason != nil {
				inner = fmt.Errorf("istio itself failed on these objects: %v", reason)
			}
		}()
		server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
			KubernetesObjects:          c.objects,
			Configs:                    c.configs,
			MeshConfig:                 c.mesh,
			DisableSecretAuthorization: true,
			KubeClientModifier:         withGatewayAPI,
		})
		result, inner = ask(server, c, pods)
	})
	if inner != nil {
		return nil, inner
	}
	if outer != nil {
		return nil, fmt.Errorf("istio's discovery server didn't take these objects: %w", outer)
	}
	return result, nil
}

// refused gives the objects that a cluster doesn't take.
func refused(c *cluster) ([]refusal, error) {
	refusals := []refusal{}
	for _, document := range c.documents {
		said, err := admit(document)
		if err != nil {
			return nil, err
		}
		for _, message := range said {
			refusals = append(refusals, refusal{message.Object, message.File, message.Code + ": " + message.Message})
		}
	}
	return refusals, nil
}

// withGatewayAPI gives the CRDs of the Gateway API, which the discovery server makes up, the version that Istio asks for.
func withGatewayAPI(client kube.Client) {
	fake, isFake := client.Metadata().(*metadatafake.FakeMetadataClient)
	if !isFake {
		return
	}
	fake.PrependReactor("create", "customresourcedefinitions", func(action clienttesting.Action) (bool, runtime.Object, error) {
		if create, creates := action.(clienttesting.CreateAction); creates {
			if definition, hasMeta := create.GetObject().(metav1.Object); hasMeta {
				definition.SetAnnotations(map[string]string{consts.BundleVersionAnnotation: consts.BundleVersion})
			}
		}
		return false, nil, nil
	})
}

// ask asks a discovery server for all that each proxy is sent.
func ask(server *xds.FakeDiscoveryServer, c *cluster, pods []proxyPod) (*translation, error) {
	result := &translation{Refusals: []refusal{}, Proxies: []translated{}, Complaints: []complaint{}}
	push := server.PushContext()
	for _, pod := range pods {
		made, err := askFor(server, pod, pod.node(c, push.ProxyConfigs))
		if err != nil {
			return nil, fmt.Errorf("proxy of Pod %s/%s: %w", pod.pod.Namespace, pod.pod.Name, err)
		}
		result.Proxies = append(result.Proxies, *made)
	}
	for metric, entries := range push.ProxyStatus {
		if metric == model.ProxyStatusClusterNoInstances.Name() {
			continue // Services without pods are the world's affair
		}
		for key, entry := range entries {
			result.Complaints = append(result.Complaints, complaint{metric, key, entry.Proxy, entry.Message})
		}
	}
	sort.Slice(result.Complaints, func(a, b int) bool {
		return fmt.Sprint(result.Complaints[a]) < fmt.Sprint(result.Complaints[b])
	})
	return result, nil
}

// askFor asks for one proxy, the way istiod does when it connects (computeProxyState of pilot/pkg/xds/ads.go).
func askFor(server *xds.FakeDiscoveryServer, pod proxyPod, proxy *model.Proxy) (*translated, error) {
	proxy.SetWorkloadLabels(server.Env())
	proxy.Locality = &corev3.Locality{
		Region: proxy.Labels[label.LabelTopologyRegion],
		Zone:   proxy.Labels[label.LabelTopologyZone],
	}
	proxy.Labels = label.AugmentLabels(proxy.Labels, proxy.Metadata.ClusterID,
		util.LocalityToString(proxy.Locality), proxy.GetNodeName(), proxy.Metadata.Network)
	proxy = server.SetupProxy(proxy)

	result := &translated{
		Kind: pod.kind, Namespace: pod.pod.Namespace, Name: pod.pod.Name, Pod: pod.pod.Name, Workload: pod.workload,
		Ports: map[string]int{},
	}
	if pod.kind == kindGateway {
		result.Name = pod.workload
	}
	for _, target := range proxy.ServiceTargets {
		if own := int(target.Port.TargetPort); own != target.Port.Port {
			result.Ports[strconv.Itoa(own)] = target.Port.Port
		}
	}
	var err error
	if result.Runtime, err = runtimeOf(proxy); err != nil {
		return nil, err
	}
	listeners := server.Listeners(proxy)
	if result.Listeners, err = trees(listeners, (*listenerv3.Listener).GetName); err != nil {
		return nil, err
	}
	routes := server.RoutesFromListeners(proxy, listeners)
	if result.Routes, err = trees(unique(routes), (*routev3.RouteConfiguration).GetName); err != nil {
		return nil, err
	}
	if result.Clusters, err = trees(server.Clusters(proxy), (*clusterv3.Cluster).GetName); err != nil {
		return nil, err
	}
	endpoints := server.Endpoints(proxy)
	for _, assignment := range endpoints {
		sortEndpoints(assignment)
	}
	if result.Endpoints, err = trees(endpoints, (*endpointv3.ClusterLoadAssignment).GetClusterName); err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	secretNames(result.Listeners, wanted)
	secretNames(result.Clusters, wanted)
	result.Secrets, result.References, err = secrets(server, proxy, wanted)
	return result, err
}

// unique keeps one of the route configurations that several filter chains name.
func unique(routes []*routev3.RouteConfiguration) []*routev3.RouteConfiguration {
	var kept []*routev3.RouteConfiguration
	seen := map[string]bool{}
	for _, route := range routes {
		if !seen[route.GetName()] {
			seen[route.GetName()] = true
			kept = append(kept, route)
		}
	}
	return kept
}

// sortEndpoints puts the endpoints of each locality in the order of their addresses; Envoy gives the order no meaning.
func sortEndpoints(assignment *endpointv3.ClusterLoadAssignment) {
	address := func(endpoint *endpointv3.LbEndpoint) string { return fmt.Sprint(endpoint.GetEndpoint().GetAddress()) }
	for _, locality := range assignment.GetEndpoints() {
		endpoints := locality.GetLbEndpoints()
		sort.SliceStable(endpoints, func(a, b int) bool { return address(endpoints[a]) < address(endpoints[b]) })
	}
}
