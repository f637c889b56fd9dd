// Package environment sets what Istio's packages read from the environment while they are initialised. Packages are
// initialised in the order of their paths as far as their imports allow (the Go specification, "Program initialization"),
// so this one comes before all of Istio's: its path is smaller than theirs, and it imports nothing but os.
package environment

import "os"

// A plain Envoy has none of the filters of Istio's build. The first two leave out `istio.alpn` and
// `io.istio.http.peer_metadata`; `istio.stats` comes from a telemetry provider only, and the mesh here has none. The
// others are folders of Istio's tests: without them a warning goes to standard output.
func init() {
	for name, value := range map[string]string{
		"PILOT_ENABLE_ALPN_FILTER":       "false",
		"PILOT_ENABLE_METADATA_EXCHANGE": "false",
		"TARGET_OUT":                     os.TempDir(),
		"LOCAL_OUT":                      os.TempDir(),
	} {
		// It can only fail for a name that is empty or has `=` in it.
		_ = os.Setenv(name, value)
	}
}
