package oracletest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nngen-go/nngen/internal/oracletest/runner"
)

// run builds the program and runs it.
func (b *batch) run() error {
	bin := filepath.Join(b.dir, "oracle.exe")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", bin, ".")
	build.Dir = b.dir
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("the program does not build: %w\n%s", err, out)
	}
	todo := make([]int, len(b.out))
	for i := range todo {
		todo[i] = i
	}
	for len(todo) > 0 {
		end, err := b.exec(bin, *inside, todo)
		if err != nil {
			return err
		}
		if end.crash == "" {
			break
		}
		if err := b.blame(bin, end); err != nil {
			return err
		}
		todo = end.left
		for _, i := range todo {
			b.out[i].results = nil
		}
	}
	return nil
}

// blame runs what was under way in a crash one by one, to find whose it is; if
// it is nobody's alone it is of all of them.
func (b *batch) blame(bin string, all ended) error {
	found := false
	for _, i := range all.running {
		b.out[i].results = nil
		end, err := b.exec(bin, 1, []int{i})
		if err != nil {
			return err
		}
		b.out[i].crash, found = end.crash, found || end.crash != ""
	}
	for _, i := range all.running {
		if !found {
			b.out[i].crash = "with others at the same time: " + all.crash
		}
	}
	return nil
}

// ended says how a program ended.
type ended struct {
	crash         string // "" if it did not crash
	running, left []int  // what was under way, and what was not begun
}

// exec runs units of the program, some at once.
func (b *batch) exec(bin string, jobs int, which []int) (ended, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute+time.Duration(len(which))*10*time.Second)
	defer cancel()
	args := []string{strconv.Itoa(jobs)}
	for _, i := range which {
		args = append(args, strconv.Itoa(i))
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Stderr = &stderr
	out, failed := cmd.Output()
	end, err := b.read(string(out), which)
	switch {
	case err != nil || failed == nil:
		return end, err
	case len(end.running) == 0:
		return end, fmt.Errorf("the program failed: %w\n%s", failed, stderr.String())
	}
	end.crash = fmt.Sprintf("%s%v\n%.3000s", end.crash, failed, stderr.String())
	return end, nil
}

// read takes a program's output apart; crash is set for a case that hangs.
func (b *batch) read(out string, which []int) (ended, error) {
	end := ended{left: slices.Clone(which)}
	for _, line := range strings.Split(out, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		i, _ := strconv.Atoi(rest)
		is := func(k int) bool { return k == i }
		switch {
		case word == "start":
			end.running, end.left = append(end.running, i), slices.DeleteFunc(end.left, is)
		case word == "done":
			end.running = slices.DeleteFunc(end.running, is)
		case word == "hang":
			end.left = append(end.left, slices.DeleteFunc(end.running, is)...)
			end.running, end.crash = []int{i}, "it hangs: "
		case strings.HasPrefix(line, "{"):
			var r runner.Result
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				return end, err
			}
			b.out[r.Case].results = append(b.out[r.Case].results, r)
		}
	}
	return end, nil
}
