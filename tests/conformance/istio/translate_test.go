package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// aPod is a pod of the world: its name, namespace, labels, annotations and address.
func aPod(name, namespace, labels, annotations, address string) string {
	return fmt.Sprintf(`---
apiVersion: v1
kind: Pod
metadata: {name: %s, namespace: %s, labels: {%s}, annotations: {%s}}
spec: {serviceAccountName: %[1]s, containers: [{name: app, image: app}]}
status: {phase: Running, podIP: %[5]s, conditions: [{type: Ready, status: "True"}]}
`, name, namespace, labels, annotations, address)
}

// aWorld has a gateway and a service whose pods are a plain one and one of a subset.
var aWorld = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
` + aService +
	aPod("cart-v2", "shop", "app: cart, version: v2", "", "10.9.0.2") +
	aPod("cart", "shop", "app: cart", "", "10.9.0.1") +
	aPod("edge", "ingress", "istio: edge", "gloo.test/gateway: edge", "10.9.1.1") + `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: cart-1, namespace: shop, labels: {kubernetes.io/service-name: cart}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints:
- {addresses: [10.9.0.2], conditions: {ready: true}, targetRef: {kind: Pod, name: cart-v2, namespace: shop}}
- {addresses: [10.9.0.1], conditions: {ready: true}, targetRef: {kind: Pod, name: cart, namespace: shop}}
`

const aGateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge-web, namespace: ingress}
spec:
  selector: {istio: edge}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["./shop.example"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: ingress}
spec:
  hosts: [shop.example]
  gateways: [ingress/edge-web]
  http:
  - match: [{uri: {prefix: /cart}}]
    route: [{destination: {host: cart.shop.svc.cluster.local, port: {number: 8080}}}]
`

// answer runs a command on aWorld and these manifests.
func answer(t *testing.T, command, manifests string) (status int, output, errs string) {
	t.Helper()
	root := folder(t, map[string]string{"world.yaml": aWorld, "out/ingress/edge.yaml": manifests})
	var said, complained strings.Builder
	status = run([]string{command, "--world", filepath.Join(root, "world.yaml"), "--manifests", filepath.Join(root, "out")},
		&said, &complained)
	return status, said.String(), complained.String()
}

func TestProxiesAreTheGatewaysAndThePlainPods(t *testing.T) {
	documents, err := parse("world.yaml", []byte(aWorld))
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := assemble(documents)
	if err != nil {
		t.Fatal(err)
	}
	pods, err := proxyPods(cluster)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, pod := range pods {
		found = append(found, pod.kind+" "+pod.workload+" "+pod.pod.Namespace+"/"+pod.pod.Name)
	}
	if got := strings.Join(found, ", "); got != "gateway edge ingress/edge, sidecar cart shop/cart" {
		t.Error(got)
	}
}

func TestATranslationIsTheSameTwiceAndHasNoFilterOfIstiosEnvoy(t *testing.T) {
	status, first, errs := answer(t, "translate", aGateway)
	if status != 0 {
		t.Fatal(errs)
	}
	if _, second, _ := answer(t, "translate", aGateway); second != first {
		t.Error("two translations of the same objects differ")
	}
	var made struct {
		Proxies []struct {
			Kind      string
			Listeners []json.RawMessage
			Routes    []struct{ Name string }
			Endpoints []struct {
				ClusterName string `json:"cluster_name"`
			}
		}
	}
	if err := json.Unmarshal([]byte(first), &made); err != nil {
		t.Fatal(err)
	}
	if len(made.Proxies) != 2 || made.Proxies[0].Kind != "gateway" || len(made.Proxies[0].Listeners) != 1 ||
		made.Proxies[0].Routes[0].Name != "http.80" {
		t.Errorf("got %s", first)
	}
	for _, part := range []string{`"istio.alpn"`, `peer_metadata`, `istio.stats`} {
		if strings.Contains(first, part) {
			t.Errorf("a plain Envoy has no %s", part)
		}
	}
	for _, part := range []string{`"10.9.0.1"`, `"10.9.0.2"`, `"outbound|8080||cart.shop.svc.cluster.local"`} {
		if !strings.Contains(first, part) {
			t.Errorf("there is no %s", part)
		}
	}
}

func TestWhatTheWebhookRefusesIsNotTranslated(t *testing.T) {
	status, output, errs := answer(t, "translate", strings.Replace(aGateway, "prefix: /cart", "regex: '('", 1))
	var made translation
	if err := json.Unmarshal([]byte(output), &made); status != 0 || err != nil {
		t.Fatalf("status %d, %v, %s", status, err, errs)
	}
	if len(made.Proxies) != 0 || len(made.Refusals) != 1 || made.Refusals[0].Object != "VirtualService ingress/shop" ||
		made.Refusals[0].File != "ingress/edge.yaml:8" {
		t.Errorf("got %s", output)
	}
}

func TestAServiceAndAPodAreMadeWhatTheyAreOnACluster(t *testing.T) {
	documents, err := parse("world.yaml", []byte(aWorld))
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := assemble(documents)
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range cluster.objects {
		switch object := object.(type) {
		case *corev1.Service:
			if port := object.Spec.Ports[0]; port.TargetPort.IntValue() != 8080 || port.Protocol != corev1.ProtocolTCP {
				t.Errorf("the port is %v", port)
			}
		case *corev1.Pod:
			inMesh := object.Namespace == "shop"
			if hasSidecar(object) != inMesh || (object.Labels["security.istio.io/tlsMode"] == "istio") != inMesh {
				t.Errorf("%s has the labels %v and the containers %v", object.Name, object.Labels, object.Spec.Containers)
			}
		}
	}
}

func TestAnEntryOfAHostOutsideIsTaken(t *testing.T) {
	status, output, errs := answer(t, "analyze", `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: shop}
spec: {hosts: [bank.example], ports: [{number: 443, name: tls, protocol: TLS}], resolution: DNS, location: MESH_EXTERNAL}
`)
	if status != 0 || strings.Contains(output, `"Error"`) {
		t.Errorf("status %d, %s%s", status, output, errs)
	}
}

func TestAnalysisNamesTheObjectAndTheFile(t *testing.T) {
	wrong := strings.Replace(aGateway, "ingress/edge-web", "ingress/nowhere", 1)
	wrong = strings.Replace(wrong, "gateways:", "gatways: []\n  gateways:", 1)
	status, output, errs := answer(t, "analyze", wrong)
	if status != 0 {
		t.Fatal(errs)
	}
	var said []message
	if err := json.Unmarshal([]byte(output), &said); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, one := range said {
		found[one.Code] = one.Object + " " + one.File
	}
	for _, code := range []string{codeSchema, codeWebhook, "IST0101"} {
		if found[code] != "VirtualService ingress/shop ingress/edge.yaml:8" {
			t.Errorf("%s: got %q in %s", code, found[code], output)
		}
	}
}
