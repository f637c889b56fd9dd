package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sort"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// tree turns a message of Envoy's API into a tree of JSON, with the names of its fields as Envoy's pages have them and an
// `@type` in each Any. (protojson itself changes its white space at will, so its bytes are no result.)
func tree(message proto.Message) (map[string]any, error) {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("%s can't be written as JSON: %w", message.ProtoReflect().Descriptor().FullName(), err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	result := map[string]any{}
	return result, decoder.Decode(&result)
}

// trees turns messages into trees, in the order of their names.
func trees[M proto.Message](messages []M, name func(M) string) ([]map[string]any, error) {
	messages = append([]M(nil), messages...)
	sort.SliceStable(messages, func(a, b int) bool { return name(messages[a]) < name(messages[b]) })
	result := make([]map[string]any, 0, len(messages))
	for _, message := range messages {
		made, err := tree(message)
		if err != nil {
			return nil, err
		}
		result = append(result, made)
	}
	return result, nil
}

// write prints a value as JSON whose keys are sorted.
func write(to io.Writer, value any) error {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// secretNames finds the names of all secrets that a tree asks an SDS server for: objects with a `name` and an `sds_config`
// (Envoy's SdsSecretConfig).
func secretNames(value any, into map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		if name, named := value["name"].(string); named && value["sds_config"] != nil {
			into[name] = true
		}
		for _, inner := range value {
			secretNames(inner, into)
		}
	case []any:
		for _, inner := range value {
			secretNames(inner, into)
		}
	case []map[string]any:
		for _, inner := range value {
			secretNames(inner, into)
		}
	}
}
