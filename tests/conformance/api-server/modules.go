//go:build modules

package main

// The modules whose CRDs are installed: they are read from their folders (`go list -m`).
import (
	_ "github.com/envoyproxy/gateway/api/v1alpha1"
	_ "istio.io/api/label"
	_ "sigs.k8s.io/gateway-api/apis/v1"
)
