package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// inputError is a mistake in what the program was given: a flag, a file, a document. It ends the program with status 2.
type inputError struct{ text string }

func (e *inputError) Error() string { return e.text }

// badInput makes an inputError. The text names the file, and says what to do.
func badInput(format string, arguments ...any) error {
	return &inputError{text: fmt.Sprintf(format, arguments...)}
}

// document is one YAML document of a file.
type document struct {
	file string // as it is shown: relative to the folder that was given
	line int    // where it begins, from 1
	json []byte
	// object is the same document as a tree; it has no kind if the document is no Kubernetes object.
	object *unstructured.Unstructured
}

// place is where a document stands, as `file:line`.
func (d document) place() string { return fmt.Sprintf("%s:%d", d.file, d.line) }

// name is what users call the object: `Kind namespace/name`, or `Kind name` for one without a namespace.
func (d document) name() string {
	if namespace := d.object.GetNamespace(); namespace != "" {
		return fmt.Sprintf("%s %s/%s", d.object.GetKind(), namespace, d.object.GetName())
	}
	return fmt.Sprintf("%s %s", d.object.GetKind(), d.object.GetName())
}

// adviseFolder says which folder is wanted.
const adviseFolder = "give --manifests the folder of one cluster that `gloo build --out` wrote"

// readFolder reads every YAML file below a folder, in the order of their paths.
func readFolder(folder string) ([]document, error) {
	var paths []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		extension := filepath.Ext(path)
		if !entry.IsDir() && (extension == ".yaml" || extension == ".yml") {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		return nil, badInput("%s can't be read (%v); "+adviseFolder, folder, err)
	}
	if len(paths) == 0 {
		return nil, badInput("%s has no YAML file; "+adviseFolder, folder)
	}
	sort.Strings(paths)
	var documents []document
	for _, path := range paths {
		shown, err := filepath.Rel(folder, path)
		if err != nil {
			shown = path
		}
		found, err := readFile(path, filepath.ToSlash(shown))
		if err != nil {
			return nil, err
		}
		documents = append(documents, found...)
	}
	return documents, nil
}

// readFile reads the documents of one YAML file; `shown` is its name in messages.
func readFile(path, shown string) ([]document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, badInput("%s can't be read (%v); check the path", shown, err)
	}
	return parse(shown, text)
}

// parse splits a YAML text into its documents. Keys that are given twice are errors, as they are to `kubectl`.
func parse(shown string, text []byte) ([]document, error) {
	var documents []document
	var chunk strings.Builder
	start := 0 // the line of the first key of this document; 0 before it
	take := func() error {
		found, err := parseOne(shown, max(start, 1), []byte(chunk.String()))
		if found != nil {
			documents = append(documents, *found)
		}
		chunk.Reset()
		start = 0
		return err
	}
	for index, line := range strings.Split(string(text), "\n") {
		if rest, separates := strings.CutPrefix(line, "---"); separates {
			if rest = strings.TrimSpace(rest); rest != "" && !strings.HasPrefix(rest, "#") {
				return nil, badInput("%s:%d has text behind `---`; put it on the next line", shown, index+1)
			}
			if err := take(); err != nil {
				return nil, err
			}
			continue
		}
		if says := strings.TrimSpace(line); start == 0 && says != "" && !strings.HasPrefix(says, "#") {
			start = index + 1
		}
		chunk.WriteString(line + "\n")
	}
	err := take()
	return documents, err
}

// parseOne reads the text of one document; nothing for one that is empty.
func parseOne(shown string, line int, text []byte) (*document, error) {
	converted, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, badInput("%s:%d is no YAML (%v); write it anew", shown, line, err)
	}
	if string(converted) == "null" {
		return nil, nil
	}
	tree := map[string]any{}
	// Kubernetes' own reader, as CEL tells whole numbers from others.
	if err := json.Unmarshal(converted, &tree); err != nil {
		return nil, badInput("%s:%d is no object; give one Kubernetes object in each document", shown, line)
	}
	return &document{file: shown, line: line, json: converted, object: &unstructured.Unstructured{Object: tree}}, nil
}
