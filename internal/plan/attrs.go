package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strconv"
)

// Attributes are int64, []int64, float64, string or bool. JSON has one kind of
// number, and no NaN: a float64 is written as {"float": "0.5"}.

// plainNode is Node without its methods.
type plainNode Node

// writtenNode is a node as it is written.
type writtenNode struct {
	*plainNode
	Attrs map[string]json.RawMessage `json:"attrs,omitempty"`
}

// writtenFloat is a float64 as it is written: the shortest text that gives it back.
type writtenFloat struct {
	Float string `json:"float"`
}

// MarshalJSON writes the node with its attributes' types.
func (n Node) MarshalJSON() ([]byte, error) {
	p := plainNode(n)
	out := writtenNode{plainNode: &p}
	for name, v := range maps.All(n.Attrs) {
		data, err := writeAttr(v)
		if err != nil {
			return nil, fmt.Errorf("attribute %s of %s: %w", name, n.Op, err)
		}
		if out.Attrs == nil {
			out.Attrs = map[string]json.RawMessage{}
		}
		out.Attrs[name] = data
	}
	return json.Marshal(out)
}

func writeAttr(v any) ([]byte, error) {
	switch v := v.(type) {
	case float64:
		return json.Marshal(writtenFloat{strconv.FormatFloat(v, 'g', -1, 64)})
	case []int64:
		if v == nil {
			v = []int64{}
		}
		return json.Marshal(v)
	case int64, string, bool:
		return json.Marshal(v)
	}
	return nil, fmt.Errorf("a %T cannot be written", v)
}

// UnmarshalJSON reads the node; unknown fields are errors.
func (n *Node) UnmarshalJSON(data []byte) error {
	var in writtenNode
	in.plainNode = (*plainNode)(n)
	if err := strict(data, &in); err != nil {
		return err
	}
	n.Attrs = nil
	for name, raw := range in.Attrs {
		v, err := readAttr(raw)
		if err != nil {
			return fmt.Errorf("attribute %s of %s: %w", name, n.Op, err)
		}
		if n.Attrs == nil {
			n.Attrs = map[string]any{}
		}
		n.Attrs[name] = v
	}
	return nil
}

func readAttr(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case '{':
		var f writtenFloat
		if err := strict(raw, &f); err != nil {
			return nil, err
		}
		v, err := strconv.ParseFloat(f.Float, 64)
		if err != nil && !math.IsInf(v, 0) {
			return nil, fmt.Errorf("%q is no number", f.Float)
		}
		return v, nil
	case '[':
		list := []int64{}
		return list, json.Unmarshal(raw, &list)
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case 't', 'f':
		return raw[0] == 't', nil
	}
	var i int64
	err := json.Unmarshal(raw, &i)
	return i, err
}
