package main

import "encoding/json"

// Output is what is printed.
type Output struct {
	Proxies  []Proxy   `json:"proxies"`
	Refusals []Refusal `json:"refusals"`
}

// Proxy is an Envoy and everything that it gets.
type Proxy struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Workload  string `json:"workload"`
	// Ports says which port of the gateway's Service leads to a port that the proxy listens on.
	Ports map[string]int32 `json:"ports"`
	// Runtime is the static layer of the bootstrap that Envoy Gateway starts it with.
	Runtime   map[string]any    `json:"runtime"`
	Listeners []json.RawMessage `json:"listeners"`
	Routes    []json.RawMessage `json:"routes"`
	Clusters  []json.RawMessage `json:"clusters"`
	Endpoints []json.RawMessage `json:"endpoints"`
	Secrets   []json.RawMessage `json:"secrets"`
}

// Refusal is an object that Envoy Gateway doesn't take, or not as it is meant.
type Refusal struct {
	Object  string `json:"object"`
	Message string `json:"message"`
}
