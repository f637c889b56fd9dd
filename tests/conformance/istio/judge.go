package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/hashicorp/go-multierror"
	"istio.io/istio/manifests"
	"istio.io/istio/pkg/config"
	istiocrd "istio.io/istio/pkg/config/crd"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// message is one thing that Istio has to say of an object.
type message struct {
	Code    string `json:"code"`    // Istio's own (`IST0101`), or one of the two below
	Level   string `json:"level"`   // `Error`, `Warning` or `Info`
	Message string `json:"message"` // in Istio's words
	Object  string `json:"object"`  // `Kind namespace/name`
	File    string `json:"file"`    // `file:line`
}

const (
	// codeSchema is what an API server refuses by Istio's CRDs: their schema, their CEL rules, unknown fields.
	codeSchema = "crd"
	// codeWebhook is what istiod's validating webhook refuses.
	codeWebhook = "webhook"
	levelError  = "Error"
)

// admit gives what a cluster has against an object before it stores it: first the CRD, then the webhook. Objects that aren't
// of Istio's API are not judged: reading them has been strict already.
func admit(d document) ([]message, error) {
	if !isIstio(d) {
		return nil, nil
	}
	say := func(code string, err error) message {
		return message{Code: code, Level: levelError, Message: err.Error(), Object: d.name(), File: d.place()}
	}
	var said []message
	validator, err := crdValidator()
	if err != nil {
		return nil, err
	}
	if err := validator.ValidateCustomResource(d.object.DeepCopy()); err != nil {
		said = append(said, say(codeSchema, err))
	}
	converted, err := toConfig(d)
	if err != nil {
		return nil, err
	}
	schema, _ := schemaOf(d)
	spec, err := schema.NewInstance()
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(d.object.Object["spec"])
	if err != nil {
		return nil, err
	}
	if err := config.ApplyJSONStrict(spec, string(raw)); err != nil {
		said = append(said, say(codeWebhook, err))
	}
	// Its warnings are said by the analysers, more precisely.
	_, err = schema.ValidateConfig(*converted)
	for _, each := range flatten(err) {
		said = append(said, say(codeWebhook, each))
	}
	return said, nil
}

// flatten makes single errors of one that holds many.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	var many *multierror.Error
	if errors.As(err, &many) {
		return many.WrappedErrors()
	}
	return []error{err}
}

// crdValidator judges by the CRDs that Istio installs, in the way of an API server: defaults, schema, lists that are maps,
// unknown fields, CEL. It is made once.
var crdValidator = sync.OnceValues(func() (*istiocrd.Validator, error) {
	const file = "charts/base/files/crd-all.gen.yaml"
	text, err := manifests.FS.ReadFile(file)
	if err != nil {
		return nil, err
	}
	documents, err := parse(file, text)
	if err != nil {
		return nil, err
	}
	var definitions []apiextensions.CustomResourceDefinition
	for _, document := range documents {
		var written apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(document.json, &written); err != nil {
			return nil, fmt.Errorf("%s: %w", document.place(), err)
		}
		var definition apiextensions.CustomResourceDefinition
		if err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(
			&written, &definition, nil); err != nil {
			return nil, fmt.Errorf("%s: %w", document.place(), err)
		}
		definitions = append(definitions, definition)
	}
	return istiocrd.NewValidatorFromCRDsWithOptions(definitions, istiocrd.WithoutCRDValidation())
})
