package main

import (
	"encoding/json"

	"istio.io/api/label"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// proxyContainer is the container that the injector adds to a pod.
const proxyContainer = "istio-proxy"

// injected says whether Istio's injector gives a pod a proxy: its namespace asks for that and it doesn't refuse, or it asks
// for it itself (the selectors of Istio's mutating webhook, manifests/charts/istio-control/istio-discovery).
func injected(pod, namespace *unstructured.Unstructured) bool {
	switch pod.GetLabels()[label.SidecarInject.Name] {
	case "true":
		return true
	case "false":
		return false
	}
	if namespace == nil {
		return false
	}
	labels := namespace.GetLabels()
	return labels["istio-injection"] == "enabled" || labels[label.IoIstioRev.Name] != ""
}

// inject writes on a pod what the injector writes and others read: the container of the proxy, and the label by which
// istiod knows that its proxy speaks mutual TLS.
func inject(d *document) error {
	labels := d.object.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	if labels[label.SecurityTlsMode.Name] == "" {
		labels[label.SecurityTlsMode.Name] = "istio"
		d.object.SetLabels(labels)
	}
	containers, _, err := unstructured.NestedSlice(d.object.Object, "spec", "containers")
	if err != nil {
		return badInput("%s: %s has no list of containers (%v); correct it", d.place(), d.name(), err)
	}
	for _, container := range containers {
		if named, isMap := container.(map[string]any); isMap && named["name"] == proxyContainer {
			return d.rewrite()
		}
	}
	containers = append(containers, map[string]any{"name": proxyContainer, "image": "istio/proxyv2:" + proxyVersion})
	if err := unstructured.SetNestedSlice(d.object.Object, containers, "spec", "containers"); err != nil {
		return badInput("%s: %s has no `spec` (%v); correct it", d.place(), d.name(), err)
	}
	return d.rewrite()
}

// complete fills in what an API server fills in for a Service: ports lead to the pods' ports of the same number, over TCP.
func complete(d *document) error {
	ports, _, err := unstructured.NestedSlice(d.object.Object, "spec", "ports")
	if err != nil {
		return badInput("%s: %s has no list of ports (%v); correct it", d.place(), d.name(), err)
	}
	for _, port := range ports {
		fields, isMap := port.(map[string]any)
		if !isMap {
			continue
		}
		if fields["targetPort"] == nil {
			fields["targetPort"] = fields["port"]
		}
		if fields["protocol"] == nil {
			fields["protocol"] = "TCP"
		}
	}
	if len(ports) == 0 {
		return nil
	}
	if err := unstructured.SetNestedSlice(d.object.Object, ports, "spec", "ports"); err != nil {
		return badInput("%s: %s has no `spec` (%v); correct it", d.place(), d.name(), err)
	}
	return d.rewrite()
}

// rewrite brings the text of a document into line with its tree.
func (d *document) rewrite() error {
	text, err := json.Marshal(d.object.Object)
	d.json = text
	return err
}

// hasSidecar says whether a pod runs a proxy beside its own containers.
func hasSidecar(pod *corev1.Pod) bool {
	for _, container := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
		if container.Name == proxyContainer {
			return true
		}
	}
	return false
}
