package modelspec

import "strings"

// single are modules without weights that are one operator.
var single = map[string]string{
	"Relu": "ReLU", "Tanh": "Tanh", "Sigmoid": "Sigmoid", "Softmax": "Softmax", "LeakyRelu": "LeakyReLU", "Elu": "ELU", "Gelu": "GELU",
	"HardSwish": "Hardswish", "HardSigmoid": "Hardsigmoid", "Softplus": "Softplus", "Flatten": "Flatten", "MaxPool": "MaxPool2d",
	"AveragePool": "AvgPool2d", "GlobalAveragePool": "AdaptiveAvgPool2d", "PRelu": "PReLU", "LogSoftmax": "LogSoftmax",
}

// inferClasses names the classes that operators and weights leave no doubt about,
// where the file has none.
func (t *builder) inferClasses() {
	parents := map[string]bool{}
	for p := range t.modules {
		if p != "" {
			parents[parentPath(p)] = true
		}
	}
	ops := map[string][]int{}
	for i, p := range t.s.of {
		if t.g.kinds[t.g.nodes[i].Outputs[0]].level == isActive {
			ops[p] = append(ops[p], i)
		}
	}
	for path, m := range t.modules {
		switch {
		case m.Class != "":
		case parents[path] && path != "":
			if t.isList(path) {
				switch m.Absent {
				case "":
					m.Class = "Sequential"
				case reasonList:
					m.Class = "ModuleList"
				}
			}
		case path != "":
			m.Class = t.leafClass(m, ops[path])
		}
	}
}

func (t *builder) leafClass(m *Module, nodes []int) string {
	count := map[string]int{}
	for _, i := range nodes {
		count[t.g.nodes[i].Op]++
	}
	if m.Visits > 1 {
		for op := range count {
			if count[op]%m.Visits == 0 {
				count[op] /= m.Visits
			}
		}
	}
	weight := firstOf(m.Weights, "weight", "w_0", "kernel", "gamma")
	rank := len(t.g.dims(weight))
	switch {
	case len(m.Weights) > 0 && weight == "":
		return ""
	case weight == "":
		if len(count) == 1 {
			for op, n := range count {
				if n == 1 {
					return single[op]
				}
			}
		}
		return ""
	case only(count, "Gather") && count["Gather"] == 1 && rank == 2:
		return "Embedding"
	case only(count, "LayerNormalization"), decomposedNorm(count) && firstOf(m.Weights, "bias", "b_0", "beta") != "":
		return "LayerNorm"
	case only(count, "Conv", "Add", "Reshape") && count["Conv"] == 1 && rank >= 3 && rank <= 5:
		return "Conv" + string(rune('0'+rank-2)) + "d"
	case only(count, "BatchNormalization"):
		return batchNorm(len(t.g.types[t.g.nodes[nodes[0]].Outputs[0]].Shape))
	case linear(count) && rank == 2:
		if t.rowMajor(nodes) {
			return "Conv1D" // addmm over an untransposed weight: the GPT-2 family's own linear layer
		}
		return "Linear"
	}
	return ""
}

// firstOf gives the weight of the first name that a module has.
func firstOf(weights map[string]string, names ...string) string {
	for _, n := range names {
		if w := weights[n]; w != "" {
			return w
		}
	}
	return ""
}

func batchNorm(rank int) string {
	switch rank {
	case 2, 3:
		return "BatchNorm1d"
	case 4:
		return "BatchNorm2d"
	case 5:
		return "BatchNorm3d"
	}
	return ""
}

func only(count map[string]int, ops ...string) bool {
	if len(count) == 0 {
		return false
	}
	for op := range count {
		if !contains(ops, op) {
			return false
		}
	}
	return true
}

func linear(count map[string]int) bool {
	return only(count, "MatMul", "Gemm", "Add", "Reshape", "Cast", "Identity") && count["MatMul"]+count["Gemm"] == 1
}

func decomposedNorm(count map[string]int) bool {
	return only(count, "ReduceMean", "Sub", "Pow", "Add", "Sqrt", "Div", "Mul", "Cast") && count["ReduceMean"] == 2 && count["Sqrt"] == 1
}

// rowMajor reports a Gemm that takes its weight as named, in before out.
func (t *builder) rowMajor(nodes []int) bool {
	for _, i := range nodes {
		n := t.g.nodes[i]
		if n.Op != "Gemm" || len(n.Inputs) < 2 || strings.HasPrefix(n.Inputs[1], "onnx::") || t.g.inits[n.Inputs[1]] == nil {
			continue
		}
		for _, a := range n.Attrs {
			if a.Name == "transB" && a.I == 1 {
				return false
			}
		}
		return len(nodes) > 1
	}
	return false
}
