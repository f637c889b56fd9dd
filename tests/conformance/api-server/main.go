// Command gloo-api-server-conformance applies manifests to a real API server: that of Kubernetes for the objects of CRDs,
// with etcd inside. It prints, as a JSON list, of each object whether it was accepted.
//
// Objects of no CRD (Service and the like) are beyond this server. They are decoded strictly by their types instead, and
// their message says so.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

// Result is what became of an object.
type Result struct {
	File     string `json:"file"`
	Object   string `json:"object"`
	Accepted bool   `json:"accepted"`
	Message  string `json:"message"`
}

// paths is a flag that may be given more than once.
type paths []string

func (all *paths) String() string { return fmt.Sprint(*all) }

func (all *paths) Set(path string) error {
	*all = append(*all, path)
	return nil
}

func main() {
	var crds, manifests paths
	flag.Var(&crds, "crds", "a `FILE` or folder with CRDs; may be given more than once")
	flag.Var(&manifests, "manifests", "a `FOLDER` that gloo wrote for a cluster; may be given more than once")
	flag.Parse()
	if err := run(context.Background(), crds, manifests); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(ctx context.Context, crds, manifests []string) error {
	folder, err := os.MkdirTemp("", "gloo-api-server-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	server, err := start(ctx, folder)
	if err != nil {
		return err
	}
	kinds, err := install(ctx, server, crds)
	if err != nil {
		return err
	}
	results := []Result{}
	for _, cluster := range manifests {
		own, err := apply(ctx, server, kinds, cluster)
		if err != nil {
			return err
		}
		results = append(results, own...)
	}
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Println(string(text))
	return err
}
