package ops

// Attrs are the static arguments of an operator: int64, []int64, float64,
// string or bool. JSON may hand back float64 for integers; the getters accept it.
type Attrs map[string]any

// Int gives an integer attribute, or def.
func (a Attrs) Int(name string, def int64) int64 {
	switch v := a[name].(type) {
	case int64:
		return v
	case int:
		return int64(v)
	case float64:
		return int64(v)
	}
	return def
}

// Ints gives an integer list; a missing one is nil.
func (a Attrs) Ints(name string) []int64 {
	switch v := a[name].(type) {
	case []int64:
		return v
	case []any:
		out := make([]int64, len(v))
		for i := range v {
			out[i] = Attrs{"": v[i]}.Int("", 0)
		}
		return out
	}
	return nil
}

// Float gives a floating-point attribute, or def.
func (a Attrs) Float(name string, def float64) float64 {
	switch v := a[name].(type) {
	case float64:
		return v
	case float32:
		return float64(v)
	case int64:
		return float64(v)
	}
	return def
}

// String gives a text attribute, "" if there is none.
func (a Attrs) String(name string) string {
	s, _ := a[name].(string)
	return s
}

// Bool gives a boolean attribute, or def.
func (a Attrs) Bool(name string, def bool) bool {
	if v, ok := a[name].(bool); ok {
		return v
	}
	return def
}
