package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder writes files into a new folder, and gives its path.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const aService = `apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 8080}]}
`

func TestDocumentsKnowWhereTheyStand(t *testing.T) {
	text := "# made by hand\n\n---\n# one\n" + aService + "--- # two\n---\n\n" + strings.Replace(aService, "cart", "db", 1)
	documents, err := parse("world.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, document := range documents {
		places = append(places, document.place()+" "+document.name())
	}
	if got, want := strings.Join(places, ", "), "world.yaml:5 Service shop/cart, world.yaml:12 Service shop/db"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFilesAreReadInTheOrderOfTheirPaths(t *testing.T) {
	root := folder(t, map[string]string{
		"b/2.yaml": strings.Replace(aService, "cart", "c", 1), "b/1.yaml": strings.Replace(aService, "cart", "b", 1),
		"a.yaml": strings.Replace(aService, "cart", "a", 1), "README.md": "no YAML: [",
	})
	documents, err := readFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, document := range documents {
		files = append(files, document.file)
	}
	if got := strings.Join(files, " "); got != "a.yaml b/1.yaml b/2.yaml" {
		t.Error(got)
	}
}

func TestTheMeshIsMergedIntoIstiosDefaults(t *testing.T) {
	documents, err := parse("meshconfig.yaml", []byte(
		"meshConfig:\n  trustDomain: acme\n  defaultConfig: {runtimeValues: {a.flag: \"true\"}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := assemble(documents)
	if err != nil {
		t.Fatal(err)
	}
	if cluster.mesh.GetTrustDomain() != "acme" || cluster.mesh.GetRootNamespace() != "istio-system" ||
		cluster.mesh.GetDefaultConfig().GetRuntimeValues()["a.flag"] != "true" {
		t.Errorf("got %v", cluster.mesh)
	}
}

func TestBadInputEndsWithTwoAndNamesTheFile(t *testing.T) {
	world := filepath.Join(folder(t, map[string]string{"world.yaml": aService}), "world.yaml")
	for name, one := range map[string]struct{ text, says string }{
		"no yaml":         {"a: [", "bad.yaml:1 is no YAML"},
		"a key twice":     {"a: 1\na: 2\n", "bad.yaml:1 is no YAML"},
		"no object":       {"- 1\n", "bad.yaml:1 is no object"},
		"no kind":         {"\na: 1\n", "bad.yaml:2 has no `apiVersion`"},
		"an unknown kind": {"apiVersion: v1\nkind: Basket\nmetadata: {name: a}\n", "bad.yaml:1: Basket a can't be read"},
		"an old kind": {"apiVersion: networking.istio.io/v1\nkind: Basket\nmetadata: {name: a}\n",
			"bad.yaml:1: Istio has no Basket in networking.istio.io/v1"},
		"an unknown field": {strings.Replace(aService, "selector", "picks", 1), "Service shop/cart"},
		"a wrong type": {"apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: 7}\n",
			"bad.yaml:1: Gateway a can't be read"},
		"an object twice": {"apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\n",
			"bad.yaml:1 has Service shop/cart, which world.yaml:1 has too"},
		"a setting of no mesh": {"meshConfig: {trustDomian: acme}\n", "bad.yaml:1 isn't Istio's MeshConfig"},
	} {
		t.Run(name, func(t *testing.T) {
			root := folder(t, map[string]string{"bad.yaml": one.text})
			var output, errs strings.Builder
			status := run([]string{"analyze", "--world", world, "--manifests", root}, &output, &errs)
			if status != 2 || !strings.Contains(errs.String(), one.says) || output.Len() > 0 {
				t.Errorf("status %d, %s%s", status, errs.String(), output.String())
			}
		})
	}
}

func TestWrongArgumentsEndWithTwo(t *testing.T) {
	empty := t.TempDir()
	for says, arguments := range map[string][]string{
		"usage:":                           {},
		"there is no command `judge`":      {"judge"},
		"needs --world":                    {"translate"},
		"flag provided but not":            {"translate", "--wold", "x"},
		"nowhere.yaml can't be read":       {"analyze", "--world", "nowhere.yaml", "--manifests", empty},
		"needs --world and --manifests, a": {"analyze", "--world", "a", "--manifests", "b", "c"},
	} {
		var output, errs strings.Builder
		if status := run(arguments, &output, &errs); status != 2 || !strings.Contains(errs.String(), says) {
			t.Errorf("%v: status %d, %s", arguments, status, errs.String())
		}
	}
}
