package main

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/schema/collections"
	istioresource "istio.io/istio/pkg/config/schema/resource"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/util/protomarshal"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/yaml"
)

// domainSuffix is the DNS domain of the clusters that gloo builds for.
const domainSuffix = "cluster.local"

// cluster is all that is on one cluster: what stands there, and what gloo adds.
type cluster struct {
	documents []document       // all objects, as they were written
	objects   []runtime.Object // those of Kubernetes and of the Gateway API
	configs   []config.Config  // those of Istio
	mesh      *meshconfig.MeshConfig
	meshText  string // the settings of the mesh as they were written; empty if there are none
}

// load reads the world and the manifests of one cluster.
func load(world, manifests string) (*cluster, error) {
	standing, err := readFile(world, path.Base(world))
	if err != nil {
		return nil, err
	}
	emitted, err := readFolder(manifests)
	if err != nil {
		return nil, err
	}
	return assemble(append(standing, emitted...))
}

// assemble sorts documents by what reads them, and turns each into the type that its reader wants.
func assemble(documents []document) (*cluster, error) {
	result := &cluster{mesh: mesh.DefaultMeshConfig()}
	seen := map[string]document{}
	namespaces := map[string]*unstructured.Unstructured{}
	for _, document := range documents {
		if document.object.GetKind() == "Namespace" {
			namespaces[document.object.GetName()] = document.object
		}
	}
	for _, document := range documents {
		if settings, found := document.object.Object["meshConfig"]; found && document.object.GetKind() == "" {
			if err := result.takeMesh(document, settings); err != nil {
				return nil, err
			}
			continue
		}
		if document.object.GetKind() == "" || document.object.GetAPIVersion() == "" || document.object.GetName() == "" {
			return nil, badInput("%s has no `apiVersion`, `kind` or `metadata.name`; give Kubernetes objects only", document.place())
		}
		kind := document.object.GroupVersionKind().GroupKind()
		key := fmt.Sprint(kind, document.object.GetNamespace(), "/", document.object.GetName())
		if other, twice := seen[key]; twice {
			return nil, badInput("%s has %s, which %s has too; leave one of them out",
				document.place(), document.name(), other.place())
		}
		seen[key] = document
		if err := stand(&document, namespaces); err != nil {
			return nil, err
		}
		if err := result.take(document); err != nil {
			return nil, err
		}
		result.documents = append(result.documents, document)
	}
	return result, nil
}

// stand makes of an object what it is on a cluster: others have a hand in pods and Services.
func stand(d *document, namespaces map[string]*unstructured.Unstructured) error {
	switch {
	case d.object.GetAPIVersion() != "v1":
		return nil
	case d.object.GetKind() == "Service":
		return complete(d)
	case d.object.GetKind() == "Pod" && injected(d.object, namespaces[d.object.GetNamespace()]):
		return inject(d)
	default:
		return nil
	}
}

// take adds one object.
func (c *cluster) take(d document) error {
	if isIstio(d) {
		converted, err := toConfig(d)
		if err != nil {
			return err
		}
		c.configs = append(c.configs, *converted)
		return nil
	}
	decoder := serializer.NewCodecFactory(kube.IstioScheme, serializer.EnableStrict).UniversalDeserializer()
	object, _, err := decoder.Decode(d.json, nil, nil)
	if err != nil {
		return badInput("%s: %s can't be read (%v); correct its kind and fields", d.place(), d.name(), err)
	}
	c.objects = append(c.objects, object)
	return nil
}

// takeMesh adds the settings of the mesh, the way Istio merges them into its defaults.
func (c *cluster) takeMesh(d document, settings any) error {
	if c.meshText != "" {
		return badInput("%s has the settings of the mesh a second time; leave one of them out", d.place())
	}
	text, err := yaml.Marshal(settings)
	if err != nil {
		return badInput("%s can't be read (%v); write it anew with `gloo build --out`", d.place(), err)
	}
	if err := protomarshal.ApplyYAMLStrict(string(text), &meshconfig.MeshConfig{}); err != nil {
		return badInput("%s isn't Istio's MeshConfig (%v); correct the field", d.place(), err)
	}
	merged, err := mesh.ApplyMeshConfigDefaults(string(text))
	if err != nil {
		return badInput("%s isn't Istio's MeshConfig (%v); correct the field", d.place(), err)
	}
	c.mesh, c.meshText = merged, string(text)
	return nil
}

// isIstio tells the objects of Istio's own API, which istiod reads as configuration, from all others.
func isIstio(d document) bool {
	return strings.HasSuffix(d.object.GroupVersionKind().Group, ".istio.io")
}

// schemaOf finds what Istio knows of a kind, whichever of its versions is given.
func schemaOf(d document) (istioresource.Schema, bool) {
	kind := d.object.GroupVersionKind()
	return collections.Pilot.FindByGroupVersionAliasesKind(istioresource.FromKubernetesGVK(&kind))
}

// toConfig turns an object of Istio's API into what istiod stores. Objects have one age: it may not decide anything.
func toConfig(d document) (*config.Config, error) {
	schema, known := schemaOf(d)
	if !known {
		return nil, badInput("%s: Istio has no %s in %s; correct `apiVersion` or `kind`",
			d.place(), d.object.GetKind(), d.object.GetAPIVersion())
	}
	var object crd.IstioKind
	if err := json.Unmarshal(d.json, &object); err != nil {
		return nil, badInput("%s: %s can't be read (%v); correct its fields", d.place(), d.name(), err)
	}
	if len(object.Spec) == 0 {
		object.Spec = []byte("{}")
	}
	converted, err := crd.ConvertObject(schema, &object, domainSuffix)
	if err != nil {
		return nil, badInput("%s: %s can't be read (%v); correct its fields", d.place(), d.name(), err)
	}
	if converted.Namespace == "" {
		converted.Namespace = "default"
	}
	converted.CreationTimestamp = time.Unix(0, 0).UTC()
	return converted, nil
}
