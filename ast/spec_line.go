package ast

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// specHint says where in the spec a module's point stands and what to do there.
func (ev *evaluator) specHint(path, tensorName, todo string) string {
	file := ev.acc.specFile
	if file == "" {
		return todo + " (in the model's nnspec.yaml, module " + path + ")"
	}
	line := specLine(file, path, tensorName)
	if line == 0 {
		return fmt.Sprintf("%s (%s, module %s)", todo, filepath.Base(file), path)
	}
	return fmt.Sprintf("%s (%s:%d)", todo, filepath.Base(file), line)
}

// specLine finds the line of a module, or of one of its tensors, in the spec's text; 0 if it is not there.
func specLine(file, path, tensorName string) int {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	at := 0
	for i, line := range strings.Split(string(text), "\n") {
		trim := strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(trim, "- path:"); ok {
			if at > 0 {
				return at
			}
			if strings.Trim(strings.TrimSpace(rest), `"'`) == path {
				at = i + 1
			}
		}
		if at > 0 && tensorName != "" && strings.Contains(trim, tensorName) && i+1 > at {
			return i + 1
		}
	}
	return at
}
