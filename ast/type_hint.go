package ast

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/astutil"

	"github.com/nngen-go/nngen/modelspec"
)

// typeHint says what to write instead of code that does not type-check, where
// that follows from what tensors and accessors are: Go's own message does not
// know of them. "" if there is nothing to add.
func typeHint(s *source, e types.Error) string {
	for _, f := range s.files {
		if f.FileStart > e.Pos || e.Pos > f.FileEnd {
			continue
		}
		path, _ := astutil.PathEnclosingInterval(f, e.Pos, e.Pos)
		for i, n := range path {
			if h := nodeHint(s.info, n, e); h != "" {
				return h
			}
			if _, ok := n.(ast.Stmt); ok && i > 0 {
				break
			}
		}
	}
	return ""
}

// nodeHint is about one node around the place of an error.
func nodeHint(info *types.Info, n ast.Node, e types.Error) string {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if n.Sel.Pos() == e.Pos && strings.Contains(e.Msg, "undefined") {
			return memberHint(info.TypeOf(n.X), n.Sel.Name)
		}
	case *ast.BinaryExpr:
		if strings.HasPrefix(e.Msg, "invalid operation") && (isTensor(info.TypeOf(n.X)) || isTensor(info.TypeOf(n.Y))) {
			return operatorHint(n.Op)
		}
	case *ast.UnaryExpr:
		if strings.HasPrefix(e.Msg, "invalid operation") && isTensor(info.TypeOf(n.X)) {
			return "tensors have methods, not operators: x.Neg() for -x, x.Not() for !x"
		}
	case *ast.IndexExpr:
		return indexHint(info, n, e)
	case *ast.IfStmt:
		if strings.HasPrefix(e.Msg, "non-boolean condition") && isTensor(info.TypeOf(n.Cond)) {
			return "choose between tensors in the graph with nn.Where(condition, a, b); Bool() takes the one element of a condition out to Go"
		}
	case *ast.CallExpr:
		return argumentHint(info, n, e)
	case *ast.Ident:
		if obj := info.Defs[n]; obj != nil && strings.HasPrefix(e.Msg, "declared and not used") && isTensor(obj.Type()) {
			return "return it as a result, or leave it out: what a trace does not return is not kept"
		}
	}
	return ""
}

// methods are the tensor operations that stand for Go's operators.
var methods = map[token.Token]string{
	token.ADD: "Add", token.SUB: "Sub", token.MUL: "Mul", token.QUO: "Div", token.LSS: "Lt", token.GTR: "Gt",
	token.LEQ: "Le", token.GEQ: "Ge", token.LAND: "And", token.LOR: "Or",
}

func operatorHint(op token.Token) string {
	if m := methods[op]; m != "" {
		return fmt.Sprintf("tensors have methods, not operators: x.%s(y); a number is nn.Scalar(float32(2)), or x.Scale(2)", m)
	}
	return "tensors have methods, not operators: docs/operators.md lists them"
}

func indexHint(info *types.Info, n *ast.IndexExpr, e types.Error) string {
	t := info.TypeOf(n.X)
	if strings.HasPrefix(e.Msg, "cannot index") && isTensor(t) {
		return "index tensors with x.At(0), x.At(nn.All, -1); a point is one tensor, also where the module returns a tuple in Python"
	}
	if a, ok := orNil(t).Underlying().(*types.Array); ok && strings.Contains(e.Msg, "out of bounds") && a.Len() > 0 {
		return fmt.Sprintf("the model has %d of them: 0 to %d, as its spec says", a.Len(), a.Len()-1)
	}
	return ""
}

// argumentHint is about a number where a tensor is taken.
func argumentHint(info *types.Info, call *ast.CallExpr, e types.Error) string {
	if !strings.HasPrefix(e.Msg, "cannot use") || !strings.Contains(e.Msg, "Tensor value in argument") {
		return ""
	}
	for _, a := range call.Args {
		b, ok := orNil(info.TypeOf(a)).Underlying().(*types.Basic)
		if a.Pos() == e.Pos && ok && b.Info()&types.IsNumeric != 0 {
			return "make a tensor of the number: nn.Scalar(float32(0))"
		}
	}
	return ""
}

// memberHint names the field or method of t that was meant, or those that an
// accessor has.
func memberHint(t types.Type, name string) string {
	if t == nil {
		return ""
	}
	if near := modelspec.Closest(name, members(t)); near != "" {
		return "did you mean " + near + "?"
	}
	if isTensor(t) {
		return "docs/operators.md lists the operations on tensors"
	}
	if list := children(t); len(list) > 0 {
		return "its modules are " + strings.Join(list, ", ")
	}
	return ""
}

// members are the exported fields and methods of t, in order.
func members(t types.Type) []string {
	out := children(t)
	if _, ok := t.Underlying().(*types.Pointer); !ok {
		t = types.NewPointer(t)
	}
	set := types.NewMethodSet(t)
	for i := range set.Len() {
		if set.At(i).Obj().Exported() {
			out = append(out, set.At(i).Obj().Name())
		}
	}
	slices.Sort(out)
	return out
}

// children are the exported fields of t that are not embedded.
func children(t types.Type) []string {
	if p, ok := types.Unalias(t).Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	var out []string
	if st, ok := t.Underlying().(*types.Struct); ok {
		for i := range st.NumFields() {
			if f := st.Field(i); f.Exported() && !f.Embedded() {
				out = append(out, f.Name())
			}
		}
	}
	return out
}
