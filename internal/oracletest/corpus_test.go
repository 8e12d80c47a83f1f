package oracletest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/nngen-go/nngen/internal/oracletest/runner"
)

// corpusHead is the first line of a file of the corpus, a comment.
type corpusHead struct {
	Net    string
	Args   []string `json:",omitempty"`
	Sets   []runner.Set
	Late   bool `json:",omitempty"`
	Cond   bool `json:",omitempty"`
	Decode bool `json:",omitempty"`
	Steps  bool `json:",omitempty"`
}

const (
	corpusMark = "//oracle:case "
	twinMark   = "//oracle:twin"
)

// text writes a unit as a file of the corpus.
func (u *unit) text() string {
	h, err := json.Marshal(corpusHead{u.net, u.args, u.sets, u.late, u.cond, u.decode, u.steps})
	if err != nil {
		panic(err)
	}
	out := corpusMark + string(h) + "\n" + u.source
	if u.twin != "" {
		out += twinMark + "\n" + u.twin
	}
	return out
}

// readCorpus reads the functions that failed once. What a file says besides
// stands in comments ahead of its case.
func readCorpus(dir string) ([]*unit, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var out []*unit
	for i, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		_, rest, ok := strings.Cut("\n"+string(data), "\n"+corpusMark)
		line, body, _ := strings.Cut(rest, "\n")
		if !ok {
			return nil, fmt.Errorf("%s has no line %s", f, corpusMark)
		}
		var h corpusHead
		if err := json.Unmarshal([]byte(line), &h); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		source, twin, _ := strings.Cut(body, twinMark+"\n")
		out = append(out, &unit{
			name: fmt.Sprintf("Corpus%d", i), label: filepath.Base(f), net: h.Net,
			source: source, twin: twin, late: h.Late, cond: h.Cond, decode: h.Decode, steps: h.Steps, args: h.Args, sets: h.Sets,
		})
	}
	return out, nil
}
