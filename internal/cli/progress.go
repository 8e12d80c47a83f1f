package cli

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
)

// progress gives a function that shows how far a long piece of work is, on a
// terminal only, and one that ends the display.
func (e *env) progress(what string) (step func(done, total int), end func()) {
	if !terminal(e.stderr) {
		return func(int, int) {}, func() {}
	}
	bar := progressbar.NewOptions(1,
		progressbar.OptionSetWriter(e.stderr),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)
	step = func(done, total int) {
		bar.ChangeMax(total)
		_ = bar.Set(done) // a display that fails is no reason to stop the work
	}
	return step, func() { _ = bar.Finish() }
}

// terminal reports whether w is a terminal that people look at.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
