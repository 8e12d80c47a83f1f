package modelspec

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nngen-go/nngen/internal/tensor"
)

// TestLengthsOfTwoSequences holds that an encoder's cache and mask keep their own
// length beside the cache of the decoder's tokens.
func TestLengthsOfTwoSequences(t *testing.T) {
	value := func(name string, role Role, class string, dims ...tensor.Dim) Value {
		return Value{Name: name, Role: role, Class: class, Type: tensor.Type{DType: tensor.Float32, Shape: dims}}
	}
	ids := value("input_ids", RoleInput, "ids", "batch", "seq")
	ids.Type.DType = tensor.Int64
	inputs := []Value{
		value("encoder_attention_mask", RoleMask, "", "b", "states"),
		ids,
		value("past_key_values.0.encoder.key", RolePast, "", "batch", "2", "states", "8"),
		value("past_key_values.0.decoder.key", RolePast, "", "batch", "2", "past", "8"),
		value("past_key_values.1.decoder.key", RolePast, "", "c", "2", "past_1", "8"),
	}
	require.Equal(t, map[string]tensor.Dim{"b": "batch", "c": "batch", "past_1": "past"}, conventions(inputs))
}
