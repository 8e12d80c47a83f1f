// Package probes holds traces and what uses their generated code, which does not exist yet.
package probes

import (
	"context"
	"fmt"

	"github.com/nngen-go/nngen/ast/testdata/load/gpt2"
	"github.com/nngen-go/nngen/ast/testdata/load/helpers"
	nn "github.com/nngen-go/nngen/runtime"
)

// Steer scales a block by a helper of another package.
//
//nngen:trace
func Steer(m *gpt2.Model, alpha float32) (logits nn.Tensor) {
	b := m.Transformer.H[1]
	b.SetOutput(helpers.Scaled(b.Output(), alpha))
	return m.LMHead.Output()
}

// Use is the caller's side.
func Use(ctx context.Context, s *gpt2.Session, in gpt2.Inputs) error {
	steer, err := CompileSteer(s)
	if err != nil {
		return err
	}
	var res SteerResult
	if err := steer.RunInto(ctx, &res, in, 2); err != nil {
		return err
	}
	fmt.Println(res.Logits)
	return nil
}
