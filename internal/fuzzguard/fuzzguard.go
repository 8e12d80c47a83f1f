// Package fuzzguard bounds what one input of a fuzz test may take, so that a
// hang or a bomb is a finding with its input, like a panic, and not a machine
// that has to be rescued.
package fuzzguard

import (
	"fmt"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	// Time is how long one input may take. It is generous: other work runs on
	// the same machine.
	Time = 60 * time.Second
	// Memory is how large the heap may grow.
	Memory = 1 << 30
)

// stop is what happens to a process that is over a bound.
var stop = func(why string) { panic("fuzzguard: " + why) }

var watching sync.Once

// Input is called with each input; the result is called when it is done with.
// In between the process ends, so that the input is written down, if one of the
// bounds is passed.
func Input() (done func()) {
	watching.Do(func() { go watch(Memory, 20*time.Millisecond) })
	t := time.AfterFunc(Time, func() { stop(fmt.Sprintf("an input takes more than %v", Time)) })
	return func() { t.Stop() }
}

// watch looks at the heap as long as the process lives.
func watch(limit uint64, every time.Duration) {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for range time.Tick(every) {
		if metrics.Read(s); s[0].Value.Uint64() > limit {
			stop(fmt.Sprintf("the heap is over %d MiB", limit>>20))
			return
		}
	}
}
