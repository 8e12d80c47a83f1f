package vet

import (
	"bytes"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// fixes gives the edits that mend a diagnostic without a decision of the
// user's: those that can be told from the syntax around its place.
func fixes(info *types.Info, f *ast.File, pos token.Pos, code string) []analysis.SuggestedFix {
	switch code {
	case "NN1214":
		return unusedResult(info, f, pos)
	case "NN1503":
		return missingRun(f, pos)
	}
	return nil
}

// unusedResult mends "h.SetAt(…)" on a line of its own: h gets the result, or,
// where h is a point that was just read, the point is written.
func unusedResult(info *types.Info, f *ast.File, pos token.Pos) []analysis.SuggestedFix {
	var out []analysis.SuggestedFix
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.ExprStmt)
		if !ok || s.Pos() != pos {
			return n == nil || len(out) == 0
		}
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		root, read := origin(call)
		switch {
		case read != nil && root != call:
			set := text(read.X) + ".Set" + read.Sel.Name
			out = append(out, edit("write the result back with Set"+read.Sel.Name,
				insert(s.Pos(), set+"("), insert(s.End(), ")")))
		case root != nil:
			id, ok := root.(*ast.Ident)
			if _, variable := info.Uses[id].(*types.Var); ok && variable {
				out = append(out, edit("assign the result to "+id.Name, insert(s.Pos(), id.Name+" = ")))
			}
		}
		return false
	})
	return out
}

// origin follows a chain of methods to what it starts from: a variable, or the
// read of a point (b.Output() or b.Input()), of which it gives the selector too.
func origin(call *ast.CallExpr) (ast.Expr, *ast.SelectorExpr) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil, nil
	}
	if (sel.Sel.Name == "Output" || sel.Sel.Name == "Input") && len(call.Args) == 0 {
		if callsNothing(sel.X) {
			return call, sel
		}
		return nil, nil
	}
	switch x := sel.X.(type) {
	case *ast.CallExpr:
		return origin(x)
	case *ast.Ident:
		return x, nil
	}
	return nil, nil
}

// callsNothing reports whether an expression may be written a second time.
func callsNothing(e ast.Expr) bool {
	ok := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.CallExpr, *ast.FuncLit:
			ok = false
		}
		return ok
	})
	return ok
}

// missingRun mends a trace function that registers invokes and never runs them:
// Run stands before its last return statement, or at its end.
func missingRun(f *ast.File, pos token.Pos) []analysis.SuggestedFix {
	for _, d := range f.Decls {
		fd, ok := d.(*ast.FuncDecl)
		if !ok || fd.Name.Pos() != pos || fd.Body == nil || len(fd.Type.Params.List) == 0 || len(fd.Type.Params.List[0].Names) == 0 {
			continue
		}
		handle := fd.Type.Params.List[0].Names[0].Name
		if handle == "_" || len(fd.Body.List) == 0 {
			return nil
		}
		last := fd.Body.List[len(fd.Body.List)-1]
		if _, ok := last.(*ast.ReturnStmt); ok {
			return []analysis.SuggestedFix{edit("run the trace", insert(last.Pos(), handle+".Run()\n\t"))}
		}
		return []analysis.SuggestedFix{edit("run the trace", insert(last.End(), "\n\t"+handle+".Run()"))}
	}
	return nil
}

func edit(message string, edits ...analysis.TextEdit) analysis.SuggestedFix {
	return analysis.SuggestedFix{Message: message, TextEdits: edits}
}

func insert(at token.Pos, s string) analysis.TextEdit {
	return analysis.TextEdit{Pos: at, End: at, NewText: []byte(s)}
}

func text(e ast.Expr) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), e); err != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}
