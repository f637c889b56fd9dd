package main

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"istio.io/istio/pkg/config/analysis/analyzers"
	"istio.io/istio/pkg/config/analysis/local"
	"istio.io/istio/pkg/config/analysis/msg"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/resource"
)

// analyze gives all that Istio says of a cluster's objects: of each by itself (its CRD, the webhook), and of all of them
// together (`istioctl analyze`). By file, code and text.
func analyze(c *cluster) ([]message, error) {
	said := []message{}
	places := map[string]string{}
	for _, document := range c.documents {
		places[document.name()] = document.place()
		judged, err := admit(document)
		if err != nil {
			return nil, err
		}
		said = append(said, judged...)
	}
	together, err := analyzeTogether(c, places)
	if err != nil {
		return nil, err
	}
	said = append(said, together...)
	sort.SliceStable(said, func(a, b int) bool { return key(said[a]) < key(said[b]) })
	return said, nil
}

// key sorts messages.
func key(m message) string {
	return strings.Join([]string{m.File, m.Object, m.Code, m.Level, m.Message}, "\x00")
}

// analyzeTogether runs the analysers of `istioctl analyze`, with no cluster, and with the settings of the mesh.
func analyzeTogether(c *cluster, places map[string]string) ([]message, error) {
	analyzer := local.NewIstiodAnalyzer(analyzers.AllCombined(), "", resource.Namespace(constants.IstioSystemNamespace), nil)
	if c.meshText != "" {
		file, err := os.CreateTemp("", "gloo-istio-conformance-*.yaml")
		if err != nil {
			return nil, err
		}
		defer os.Remove(file.Name())
		if _, err := file.WriteString(c.meshText); err != nil {
			return nil, err
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
		if err := analyzer.AddFileKubeMeshConfig(file.Name()); err != nil {
			return nil, err
		}
	}
	var sources []local.ReaderSource
	for _, document := range c.documents {
		// JSON is YAML; one source for each object, so that what is said of it can be told apart.
		sources = append(sources, local.ReaderSource{Name: document.place(), Reader: strings.NewReader(string(document.json))})
	}
	// The name of the function says `Test`, but it is the one that reads pods, services and namespaces too.
	if err := analyzer.AddTestReaderKubeSource(sources); err != nil {
		return nil, fmt.Errorf("the analysers can't read these objects: %w", err)
	}
	stop := make(chan struct{})
	defer close(stop)
	result, err := analyzer.Analyze(stop)
	if err != nil {
		return nil, fmt.Errorf("the analysers failed: %w", err)
	}
	var said []message
	for _, one := range result.Messages {
		if one.Type == msg.SchemaValidationError {
			continue // what the webhook refuses is said already
		}
		written := message{
			Code: one.Type.Code(), Level: one.Type.Level().String(),
			Message: fmt.Sprintf(one.Type.Template(), one.Parameters...),
		}
		if one.Resource != nil {
			written.Object = one.Resource.Origin.FriendlyName()
			written.File = places[written.Object]
		}
		said = append(said, written)
	}
	return said, nil
}
