package main

import (
	"fmt"
	"sort"

	"istio.io/api/annotation"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/spiffe"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

const (
	// gatewayAnnotation names, on a pod of the world, the gateway whose proxy it runs.
	gatewayAnnotation = "gloo.test/gateway"
	// proxyVersion is what each proxy says it is: the version that gloo's backend writes for.
	proxyVersion = "1.30.3"
	// What a proxy is one of.
	kindGateway, kindSidecar = "gateway", "sidecar"
)

// proxyPod is a pod that runs a proxy.
type proxyPod struct {
	kind     string // `gateway` or `sidecar`
	workload string // the gateway's name, or the service's
	pod      *corev1.Pod
}

// proxyPods finds the pods of a cluster whose proxies are asked for: every pod that is said to be a gateway's, and for
// each service with a selector the plainest pod that it selects and that is injected: the one with the fewest labels, as
// those of a subset have more. By kind, namespace and name.
func proxyPods(c *cluster) ([]proxyPod, error) {
	var pods []*corev1.Pod
	var services []*corev1.Service
	for _, object := range c.objects {
		switch object := object.(type) {
		case *corev1.Pod:
			pods = append(pods, object)
		case *corev1.Service:
			services = append(services, object)
		}
	}
	sort.Slice(services, func(a, b int) bool { return full(services[a]) < full(services[b]) })
	sort.Slice(pods, func(a, b int) bool {
		if len(pods[a].Labels) != len(pods[b].Labels) {
			return len(pods[a].Labels) < len(pods[b].Labels)
		}
		return full(pods[a]) < full(pods[b])
	})

	var found []proxyPod
	for _, pod := range pods {
		if pod.Status.PodIP == "" {
			return nil, badInput("the world's Pod %s/%s has no `status.podIP`; give each pod an address of its own",
				pod.Namespace, pod.Name)
		}
		if gateway := pod.Annotations[gatewayAnnotation]; gateway != "" {
			found = append(found, proxyPod{kind: kindGateway, workload: gateway, pod: pod})
		}
	}
	taken := map[*corev1.Pod]bool{}
	for _, service := range services {
		for _, pod := range pods {
			if !selects(service, pod) || pod.Annotations[gatewayAnnotation] != "" || !hasSidecar(pod) {
				continue
			}
			if !taken[pod] {
				taken[pod] = true
				found = append(found, proxyPod{kind: kindSidecar, workload: service.Name, pod: pod})
			}
			break
		}
	}
	sort.SliceStable(found, func(a, b int) bool {
		return found[a].kind+"\x00"+full(found[a].pod) < found[b].kind+"\x00"+full(found[b].pod)
	})
	return found, nil
}

// full is the name of an object with its namespace, to sort by.
func full(object metav1.Object) string {
	return object.GetNamespace() + "\x00" + object.GetName()
}

// selects says whether a pod is one of a service's. A service without a selector has none.
func selects(service *corev1.Service, pod *corev1.Pod) bool {
	return service.Namespace == pod.Namespace && len(service.Spec.Selector) > 0 &&
		labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(pod.Labels))
}

// node is the proxy of a pod, as its agent makes it known to istiod.
func (p proxyPod) node(c *cluster, configs *model.ProxyConfigs) *model.Proxy {
	kind := model.SidecarProxy
	if p.kind == kindGateway {
		kind = model.Router
	}
	account := p.pod.Spec.ServiceAccountName
	if account == "" {
		account = "default"
	}
	addresses := []string{p.pod.Status.PodIP}
	for _, other := range p.pod.Status.PodIPs {
		if other.IP != p.pod.Status.PodIP {
			addresses = append(addresses, other.IP)
		}
	}
	metadata := &model.NodeMetadata{
		Namespace:      p.pod.Namespace,
		ServiceAccount: account,
		WorkloadName:   p.workload,
		NodeName:       p.pod.Spec.NodeName,
		Labels:         p.pod.Labels,
		Annotations:    map[string]string{},
		ClusterID:      constants.DefaultClusterName,
		IstioVersion:   proxyVersion,
		InstanceIPs:    addresses,
	}
	if settings := p.pod.Annotations[annotation.ProxyConfig.Name]; settings != "" {
		metadata.Annotations[annotation.ProxyConfig.Name] = settings
	}
	metadata.ProxyConfig = (*model.NodeMetaProxyConfig)(configs.EffectiveProxyConfig(metadata, c.mesh))
	return &model.Proxy{
		Type:            kind,
		ID:              fmt.Sprintf("%s.%s", p.pod.Name, p.pod.Namespace),
		IPAddresses:     addresses,
		ConfigNamespace: p.pod.Namespace,
		DNSDomain:       p.pod.Namespace + ".svc." + domainSuffix,
		Labels:          p.pod.Labels,
		Metadata:        metadata,
		VerifiedIdentity: &spiffe.Identity{
			TrustDomain: c.mesh.GetTrustDomain(), Namespace: p.pod.Namespace, ServiceAccount: account,
		},
	}
}
