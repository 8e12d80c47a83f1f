package ast

import (
	"go/token"
	"path"
	"path/filepath"
	"strings"
)

// where is the place of a position as plans name it: file is "" for that of the
// trace function, a name for another of its folder, a path from there for another
// folder of the same module, and a path from the root of imports for all others:
// nothing that depends on where the modules lie.
func (ev *evaluator) where(pos token.Pos) (file string, line int) {
	if !pos.IsValid() {
		return "", 0
	}
	at, own := ev.position(pos), ev.file()
	if at.Filename == own {
		return "", at.Line
	}
	dir, name := filepath.Split(at.Filename)
	dir = filepath.Clean(dir)
	if dir == filepath.Dir(own) {
		return name, at.Line
	}
	for _, src := range ev.prog.sources {
		if src.dir != dir {
			continue
		}
		from, to := ev.tf.src, src
		rel, err := filepath.Rel(from.dir, to.dir)
		if err == nil && path.Join(from.path, filepath.ToSlash(rel)) == to.path {
			rel = filepath.ToSlash(rel)
			if !strings.HasPrefix(rel, ".") {
				rel = "./" + rel
			}
			return rel + "/" + name, at.Line
		}
		return to.path + "/" + name, at.Line
	}
	return name, at.Line
}
