package interventions

import (
	"github.com/nngen-go/nngen/examples/demo/opticks"
	nn "github.com/nngen-go/nngen/runtime"
)

// Sizes of opticks.
const (
	Layers    = 6
	Width     = 96
	HeadCount = 4
	HeadWidth = Width / HeadCount
	Hidden    = 4 * Width // neurons of an MLP
	Vocab     = 96
)

// next are the logits of the next token, [rows, 96].
func next(m *opticks.Model) nn.Tensor { return m.LMHead.Output().At(nn.All, -1) }

// PatchResidual fills the layer-by-position table of activation patching in one
// run: each row of corrupt is one cell, where its mask is set the clean residual
// stream replaces its own. The clean prompt is one row. It gives the chance of a
// token in each cell, [rows].
//
//nngen:trace nohooks
//nngen:param cells bool [6, rows, seq, 1]
func PatchResidual(t *opticks.Trace, clean, corrupt opticks.Inputs, cells nn.Tensor, token int) (chance nn.Tensor) {
	var source [Layers]nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		for i, block := range m.Transformer.H {
			source[i] = block.Output()
		}
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		for i, block := range m.Transformer.H {
			own := block.Output() // the clean invoke's read of this point was served before
			block.SetOutput(nn.Where(cells.At(i), source[i], own))
		}
		chance = next(m).Softmax(-1).At(nn.All, token)
	})
	t.Run()
	return chance
}

// PatchAttention puts the clean prompt's attention output at one position into
// the corrupt prompt, in block 4.
//
//nngen:trace nohooks
func PatchAttention(t *opticks.Trace, clean, corrupt opticks.Inputs, pos int) (logits nn.Tensor) {
	var source nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		source = m.Transformer.H[4].Attn.Output().At(nn.All, pos)
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		attn := m.Transformer.H[4].Attn
		attn.SetOutput(attn.Output().SetAt(source, nn.All, pos))
		logits = next(m)
	})
	t.Run()
	return logits
}

// PatchMLP is the table of PatchResidual for what the MLPs add to the stream.
//
//nngen:trace nohooks
//nngen:param cells bool [6, rows, seq, 1]
func PatchMLP(t *opticks.Trace, clean, corrupt opticks.Inputs, cells nn.Tensor, token int) (chance nn.Tensor) {
	var source [Layers]nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		for i, block := range m.Transformer.H {
			source[i] = block.MLP.Output()
		}
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		for i, block := range m.Transformer.H {
			own := block.MLP.Output()
			block.MLP.SetOutput(nn.Where(cells.At(i), source[i], own))
		}
		chance = next(m).Softmax(-1).At(nn.All, token)
	})
	t.Run()
	return chance
}

// PatchHead puts one clean head of block 3 into the corrupt prompt: what it
// writes before the output projection, at every position.
//
//nngen:trace nohooks
func PatchHead(t *opticks.Trace, clean, corrupt opticks.Inputs, head int) (logits nn.Tensor) {
	var source nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		source = m.Transformer.H[3].Attn.CProj.Input().Heads(HeadCount).At(nn.All, head)
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		proj := m.Transformer.H[3].Attn.CProj
		proj.SetInput(proj.Input().Heads(HeadCount).SetAt(source, nn.All, head).MergeHeads())
		logits = next(m)
	})
	t.Run()
	return logits
}

// PatchTokens patches another position in every row: pos[i] of row i, [rows].
//
//nngen:trace nohooks
//nngen:param pos int64 [rows]
func PatchTokens(t *opticks.Trace, clean, corrupt opticks.Inputs, pos nn.Tensor) (logits nn.Tensor) {
	rows := pos.Positions(0)
	var source nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		source = m.Transformer.H[1].Output().At(rows, pos)
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		block := m.Transformer.H[1]
		block.SetOutput(block.Output().SetAt(source, rows, pos))
		logits = next(m)
	})
	t.Run()
	return logits
}

// PathPatch measures the path from one sender (head 2 of block 1) to one receiver
// (the MLP of block 4) alone: the sender comes from the corrupt prompt, all between
// is held at its clean value, and only what then reaches the receiver goes into a
// clean run. Four invokes: clean, corrupt, and the clean prompt twice more.
//
//nngen:trace nohooks
func PathPatch(t *opticks.Trace, clean, corrupt, held, final opticks.Inputs) (logits nn.Tensor) {
	const from, to, head = 1, 4, 2
	var attn, mlp [Layers]nn.Tensor
	var sender, received nn.Tensor
	t.Invoke(clean, func(m *opticks.Model) {
		for i, block := range m.Transformer.H {
			attn[i] = block.Attn.Output()
			mlp[i] = block.MLP.Output()
		}
	})
	t.Invoke(corrupt, func(m *opticks.Model) {
		sender = m.Transformer.H[from].Attn.CProj.Input().Heads(HeadCount).At(nn.All, head)
	})
	t.Invoke(held, func(m *opticks.Model) {
		proj := m.Transformer.H[from].Attn.CProj
		own := proj.Input().Heads(HeadCount)
		proj.SetInput(own.SetAt(sender, nn.All, head).MergeHeads())
		for i := from; i < to; i++ {
			same, after := m.Transformer.H[i].MLP, m.Transformer.H[i+1].Attn
			_ = same.Output() // a read waits until the clean invoke has read here
			same.SetOutput(mlp[i])
			_ = after.Output()
			after.SetOutput(attn[i+1])
		}
		received = m.Transformer.H[to].MLP.Input()
	})
	t.Invoke(final, func(m *opticks.Model) {
		mlp := m.Transformer.H[to].MLP
		_ = mlp.Input()
		mlp.SetInput(received)
		logits = next(m)
	})
	t.Run()
	return logits
}
