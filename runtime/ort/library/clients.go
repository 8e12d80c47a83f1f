package library

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// getWheel asks pip for the wheel. Platform and Python version are spelled out,
// so that any pip gets the same file whatever Python it belongs to.
func getWheel(ctx context.Context, p pinned, folder string, progress io.Writer) (pack, error) {
	args := []string{
		"download", wheelPackage + "==" + Version, "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-input",
		"--implementation=cp", "--python-version=" + wheelPython, "--platform=" + p.wheel, "--dest=" + folder,
	}
	commands := [][]string{{"pip"}, {"pip3"}, {"python3", "-m", "pip"}, {"python", "-m", "pip"}}
	err := errAbsent
	for _, c := range commands {
		if run(ctx, "", nil, append(c, "--version")...) != nil {
			continue // not there, or a launcher whose Python is not there
		}
		if err = run(ctx, folder, progress, append(c, args...)...); err == nil {
			break
		}
	}
	if err != nil {
		return pack{}, err
	}
	file, err := onlyFile(folder, "*.whl")
	return pack{file, func(n string) bool { return n == p.inWheel }, []string{p.wheelSum}}, err
}

// getNpm asks npm for the package; pack runs none of its scripts.
func getNpm(ctx context.Context, p pinned, folder string, progress io.Writer) (pack, error) {
	if run(ctx, "", nil, "npm", "--version") != nil {
		return pack{}, errAbsent
	}
	if err := run(ctx, folder, progress, "npm", "pack", npmPackage+"@"+Version, "--ignore-scripts"); err != nil {
		return pack{}, err
	}
	file, err := onlyFile(folder, "*.tgz")
	return pack{file, func(n string) bool { return n == p.inPackage }, []string{p.npmSum}}, err
}

func onlyFile(folder, pattern string) (string, error) {
	found, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%d files %s came, one was expected", len(found), pattern)
	}
	return found[0], nil
}

// run runs a client and says now and then that it still does; progress nil: silently.
func run(ctx context.Context, folder string, progress io.Writer, command ...string) error {
	path, err := exec.LookPath(command[0])
	if err != nil {
		return errAbsent
	}
	cmd := exec.CommandContext(ctx, path, command[1:]...)
	cmd.Dir = folder
	cmd.WaitDelay = 5 * time.Second // a launcher's children may hold the pipes
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if progress != nil {
		stop := tick(progress, strings.Join(command[:min(3, len(command))], " "))
		defer stop()
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(command[:min(3, len(command))], " "), err, tail(out.String()))
	}
	return nil
}

// tick writes how long something takes, every few seconds.
func tick(w io.Writer, what string) (stop func()) {
	fmt.Fprintf(w, "onnxruntime %s: %s …\n", Version, what)
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		t := time.NewTicker(3 * time.Second)
		defer t.Stop()
		for begin := time.Now(); ; {
			select {
			case <-done:
				return
			case now := <-t.C:
				fmt.Fprintf(w, "onnxruntime %s: %s … %d s\n", Version, what, int(now.Sub(begin).Seconds()))
			}
		}
	}()
	return func() { close(done); <-gone }
}

// tail is the last lines of a client's output: where it says what is wrong.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if n := len(lines); n > 3 {
		lines = lines[n-3:]
	}
	text = strings.TrimSpace(strings.Join(lines, " | "))
	if text == "" {
		text = errors.New("no output").Error()
	}
	return text
}
