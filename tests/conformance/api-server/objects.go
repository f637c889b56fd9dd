package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	corescheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"
)

// kind is how objects of a kind are addressed.
type kind struct {
	resource   schema.GroupVersionResource
	namespaced bool
}

// kinds are those of the CRDs.
type kinds map[schema.GroupVersionKind]kind

// document is a YAML document and where it stands.
type document struct {
	file string
	text []byte
}

// documents are those of a file, or of all `.yaml` files below a folder, in the order of their paths.
func documents(path string) ([]document, error) {
	var all []document
	err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
		for {
			one, err := reader.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, document{file: file, text: one})
		}
	})
	return all, err
}

// install installs CRDs and waits until all are served.
func install(ctx context.Context, server *rest.Config, paths []string) (kinds, error) {
	client, err := clientset.NewForConfig(server)
	if err != nil {
		return nil, err
	}
	crds := client.ApiextensionsV1().CustomResourceDefinitions()
	known := kinds{}
	var names []string
	for _, path := range paths {
		all, err := documents(path)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			crd := &apiextensionsv1.CustomResourceDefinition{}
			if err := yaml.Unmarshal(one.text, crd); err != nil {
				return nil, fmt.Errorf("%s: %w", one.file, err)
			}
			if crd.Kind != "CustomResourceDefinition" {
				continue
			}
			if _, err := crds.Create(ctx, crd, metav1.CreateOptions{}); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", one.file, crd.Name, err)
			}
			names = append(names, crd.Name)
			for _, version := range crd.Spec.Versions {
				group := schema.GroupVersion{Group: crd.Spec.Group, Version: version.Name}
				known[group.WithKind(crd.Spec.Names.Kind)] = kind{
					resource:   group.WithResource(crd.Spec.Names.Plural),
					namespaced: crd.Spec.Scope == apiextensionsv1.NamespaceScoped,
				}
			}
		}
	}
	for _, name := range names {
		for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			crd, err := crds.Get(ctx, name, metav1.GetOptions{})
			if err == nil && isServed(crd) {
				break
			}
			if time.Since(begin) > patience {
				return nil, fmt.Errorf("the CRD %s is not served: %w", name, err)
			}
		}
	}
	return known, nil
}

func isServed(crd *apiextensionsv1.CustomResourceDefinition) bool {
	for _, condition := range crd.Status.Conditions {
		if condition.Type == apiextensionsv1.Established && condition.Status == apiextensionsv1.ConditionTrue {
			return true
		}
	}
	return false
}

// apply applies the objects of a cluster and takes them away again: the next cluster has its own.
func apply(ctx context.Context, server *rest.Config, known kinds, folder string) ([]Result, error) {
	client, err := dynamic.NewForConfig(server)
	if err != nil {
		return nil, err
	}
	all, err := documents(folder)
	if err != nil {
		return nil, err
	}
	var results []Result
	for _, one := range all {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(one.text, &object.Object); err != nil {
			return nil, fmt.Errorf("%s: %w", one.file, err)
		}
		if object.GetKind() == "" {
			// Settings for a chart, for example.
			continue
		}
		name := strings.Trim(object.GetNamespace()+"/"+object.GetName(), "/")
		result := Result{File: one.file, Object: object.GetKind() + " " + name, Accepted: true}
		own, found := known[object.GroupVersionKind()]
		if found {
			err = applyOne(ctx, client, own, object)
		} else {
			result.Message = "of no CRD: decoded strictly, not applied"
			err = decode(one.text)
		}
		if err != nil {
			result.Accepted, result.Message = false, err.Error()
		}
		results = append(results, result)
	}
	for _, one := range all {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(one.text, &object.Object); err != nil {
			continue
		}
		if own, found := known[object.GroupVersionKind()]; found {
			// What was refused isn't there.
			_ = at(client, own, object).Delete(ctx, object.GetName(), metav1.DeleteOptions{})
		}
	}
	return results, nil
}

func at(client dynamic.Interface, own kind, object *unstructured.Unstructured) dynamic.ResourceInterface {
	if own.namespaced {
		return client.Resource(own.resource).Namespace(object.GetNamespace())
	}
	return client.Resource(own.resource)
}

// applyOne applies an object as `kubectl apply --server-side --validate=strict` does.
func applyOne(ctx context.Context, client dynamic.Interface, own kind, object *unstructured.Unstructured) error {
	text, err := object.MarshalJSON()
	if err != nil {
		return err
	}
	how := metav1.PatchOptions{FieldManager: "gloo", FieldValidation: metav1.FieldValidationStrict}
	_, err = at(client, own, object).Patch(ctx, object.GetName(), types.ApplyPatchType, text, how)
	return err
}

// decode decodes an object of Kubernetes' own kinds, and takes no field that it doesn't have.
func decode(text []byte) error {
	strict := serializer.NewCodecFactory(corescheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	_, _, err := strict.Decode(text, nil, nil)
	return err
}
