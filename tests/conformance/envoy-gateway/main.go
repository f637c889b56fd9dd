// Command gloo-envoy-gateway-conformance does with manifests what Envoy Gateway does with them on a cluster: it validates
// them by the CRDs, translates them, and prints the Envoy configuration of every gateway as JSON, with everything that it
// refuses. ../README.md says what the JSON holds.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

func main() {
	world := flag.String("world", "", "the `FILE` with the core objects of the cluster")
	manifests := flag.String("manifests", "", "the `FOLDER` that gloo wrote for the cluster")
	flag.Parse()
	if err := run(*world, *manifests); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(world, manifests string) error {
	objects, err := readAll(world, manifests)
	if err != nil {
		return err
	}
	loaded := load(objects)
	output := Output{Proxies: []Proxy{}, Refusals: loaded.refusals}
	if len(loaded.refusals) == 0 {
		if output, err = translate(loaded.resources); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(output, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Println(string(text))
	return err
}
